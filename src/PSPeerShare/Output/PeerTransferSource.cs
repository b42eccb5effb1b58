namespace PSPeerShare.Output;

/// <summary>Who gave how much of a file.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerTransferSource
{
    internal PeerTransferSource()
    {
    }

    /// <summary>The source's name.</summary>
    public string Peer { get; internal init; } = "";

    /// <summary>The source's full node id.</summary>
    public string NodeId { get; internal init; } = "";

    /// <summary>Bytes that came from it.</summary>
    public long Bytes { get; internal init; }

    /// <summary>Same as <see cref="Peer"/>.</summary>
    public override string ToString() => Peer;
}
