namespace PSPeerShare.Output;

/// <summary>How a running node stands with a discovery server or a relay.</summary>
public enum PeerServerLinkState
{
    /// <summary>It is being tried for the first time.</summary>
    Connecting = 0,

    /// <summary>The discovery server knows where this node is; the relay is joined.</summary>
    Connected = 1,

    /// <summary>It failed, and is tried again.</summary>
    Failed = 2,
}
