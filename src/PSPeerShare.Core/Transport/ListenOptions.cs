using System.Net;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

/// <summary>What a listener needs to know.</summary>
internal sealed record ListenOptions
{
    /// <summary>Local addresses; none means all of this machine's, IPv4 and IPv6.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>0 for any free port.</summary>
    public int Port { get; init; }

    public required NodeIdentity Identity { get; init; }

    /// <summary>Whether that node may come in by that ALPN. Asked after the handshake, and again when it is listed.</summary>
    public required Func<NodeId, string, AcceptVerdict> Authorise { get; init; }

    /// <summary>What this node says about itself; a new object for each call.</summary>
    public required Func<Hello> LocalHello { get; init; }

    public required StreamHandler MainHandler { get; init; }

    public required StreamHandler PairHandler { get; init; }

    /// <summary>Told of each accepted connection of the main protocol, before its first stream.</summary>
    public Action<PeerConnection>? Connected { get; init; }

    public ConnectionOptions Connections { get; init; } = new();
}
