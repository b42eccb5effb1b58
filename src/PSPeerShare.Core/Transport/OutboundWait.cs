namespace PSPeerShare.Core.Transport;

/// <summary>What the writer thread has waited for.</summary>
internal enum OutboundWait
{
    /// <summary>There is a frame.</summary>
    Frame,

    /// <summary>Nothing has come for a while: the thread may leave.</summary>
    Quiet,

    /// <summary>Nothing comes any more.</summary>
    Closed,
}
