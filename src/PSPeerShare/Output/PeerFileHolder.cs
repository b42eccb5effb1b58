namespace PSPeerShare.Output;

/// <summary>A peer that has a file, and what the file is called there.</summary>
/// <remarks>Immutable. Names are as the other side states them.</remarks>
public sealed class PeerFileHolder
{
    internal PeerFileHolder()
    {
    }

    /// <summary>The holder's name in the peer book.</summary>
    public string Peer { get; internal init; } = "";

    /// <summary>The holder's full node id.</summary>
    public string NodeId { get; internal init; } = "";

    /// <summary><c>share/folder/name</c>.</summary>
    public string SharePath { get; internal init; } = "";

    /// <summary>Same as <see cref="Peer"/>.</summary>
    public override string ToString() => Peer;
}
