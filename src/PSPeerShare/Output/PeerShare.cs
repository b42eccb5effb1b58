namespace PSPeerShare.Output;

/// <summary>A folder or file that this home shares.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerShare
{
    internal PeerShare()
    {
    }

    /// <summary>The share's name, the first part of its files' paths.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>The local folder or file.</summary>
    public string LocalPath { get; internal init; } = "";

    /// <summary><see cref="LocalPath"/> with its provider, so that other cmdlets take it literally.</summary>
    public string PSPath { get; internal init; } = "";

    /// <summary>Who may see it; nobody named is every trusted peer.</summary>
    public string[] Peers { get; internal init; } = [];

    /// <summary>Wildcards on names that are not shared.</summary>
    public string[] Exclude { get; internal init; } = [];

    /// <summary>Whether it is served at every start, or for this run only.</summary>
    public bool Persistent { get; internal init; }

    /// <summary>Whether it is one file; its share path is then the name alone.</summary>
    public bool SingleFile { get; internal init; }

    /// <summary>Why it cannot be served now, or what of it cannot.</summary>
    public string? Problem { get; internal init; }

    /// <summary>How many files and folders of it the running node has stored for searching.</summary>
    public long? Entries { get; internal init; }

    /// <summary>Files whose content the running node has not hashed yet.</summary>
    public long? Unhashed { get; internal init; }

    /// <summary>Same as <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
