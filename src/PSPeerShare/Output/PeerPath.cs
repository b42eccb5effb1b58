namespace PSPeerShare.Output;

/// <summary>How an address of a peer became known.</summary>
public enum PeerPath
{
    /// <summary>From the peer book, a ticket or the command.</summary>
    Known = 0,

    /// <summary>The local network says so.</summary>
    LocalNetwork = 1,

    /// <summary>A discovery server says so.</summary>
    DiscoveryServer = 2,

    /// <summary>Through a relay.</summary>
    Relay = 3,

    /// <summary>The peer came to this node.</summary>
    Incoming = 4,
}
