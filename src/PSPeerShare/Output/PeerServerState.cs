namespace PSPeerShare.Output;

/// <summary>What a node does.</summary>
public enum PeerServerState
{
    /// <summary>It answers peers.</summary>
    Running = 0,

    /// <summary>It finishes what is under way and takes nothing new.</summary>
    Stopping = 1,

    /// <summary>It has ended.</summary>
    Stopped = 2,
}
