namespace PSPeerShare.Output;

/// <summary>How far a transfer is.</summary>
public enum PeerTransferStatus
{
    /// <summary>Waiting for its turn.</summary>
    Queued = 0,

    /// <summary>Bytes are moving.</summary>
    Running = 1,

    /// <summary>Paused by the user.</summary>
    Suspended = 2,

    /// <summary>The whole content arrived and is verified.</summary>
    Completed = 3,

    /// <summary>The same content was there already.</summary>
    Unchanged = 4,

    /// <summary>It failed; see the error.</summary>
    Failed = 5,

    /// <summary>It was cut off and can go on later.</summary>
    Interrupted = 6,

    /// <summary>The user stopped it.</summary>
    Stopped = 7,
}
