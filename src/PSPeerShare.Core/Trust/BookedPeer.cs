namespace PSPeerShare.Core.Trust;

/// <summary>A peer as the book has it now, and whether its name had to differ from the one that was asked for.</summary>
internal readonly record struct BookedPeer(PeerInfo Peer, bool IsRenamed)
{
    /// <summary>The book has had it as it is.</summary>
    public bool IsUnchanged { get; init; }
}
