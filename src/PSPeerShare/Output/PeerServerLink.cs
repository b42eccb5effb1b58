namespace PSPeerShare.Output;

/// <summary>A discovery server or a relay that a running node uses.</summary>
/// <remarks>Immutable.</remarks>
public sealed class PeerServerLink
{
    internal PeerServerLink()
    {
    }

    /// <summary>Its address with its id. Not called Address: arrays have a member of that name, which would hide it.</summary>
    public string Url { get; internal init; } = "";

    /// <summary>How it stands.</summary>
    public PeerServerLinkState State { get; internal init; }

    /// <summary>Why it failed last.</summary>
    public string? Problem { get; internal init; }

    /// <summary>The address without its id, and how it stands.</summary>
    public override string ToString()
    {
        int query = Url.IndexOf("/?", StringComparison.Ordinal);
        string place = query < 0 ? Url : Url[..query];
        return Problem is null ? $"{place} ({State})" : $"{place} ({State}: {Problem})";
    }
}
