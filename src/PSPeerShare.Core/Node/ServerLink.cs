namespace PSPeerShare.Core.Node;

/// <summary>How a running node stands with a discovery server or a relay.</summary>
public enum ServerLinkState
{
    /// <summary>It is being tried for the first time.</summary>
    Connecting = 0,

    /// <summary>The discovery server knows where this node is; the relay is joined.</summary>
    Connected = 1,

    /// <summary>It failed, and is tried again.</summary>
    Failed = 2,
}

/// <summary>A discovery server or a relay of a running node.</summary>
/// <param name="Address">Its address with its id.</param>
/// <param name="IsRelay">Whether it is a relay.</param>
/// <param name="State">How it stands.</param>
/// <param name="Problem">Why it failed last, printable; <see langword="null"/> when it did not.</param>
public sealed record ServerLink(string Address, bool IsRelay, ServerLinkState State, string? Problem);
