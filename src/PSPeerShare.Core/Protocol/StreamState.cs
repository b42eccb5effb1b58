namespace PSPeerShare.Core.Protocol;

/// <summary>What the state machine remembers of one stream until both sides have sent their final frame.</summary>
internal sealed class StreamState(FrameType opening, bool isOpenedByRemote)
{
    public FrameType Opening { get; } = opening;

    public bool IsOpenedByRemote { get; } = isOpenedByRemote;

    /// <summary>What the other side may still send.</summary>
    public long Window { get; set; } = Limits.InitialCreditBytes;

    /// <summary>The other side sent Last or Error.</summary>
    public bool HasRemoteEnded { get; set; }

    public bool HasRemoteFailed { get; set; }

    /// <summary>This side sent Last or Error.</summary>
    public bool HasLocalEnded { get; set; }

    public bool HasLocalFailed { get; set; }
}
