using System.Net;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Node;

/// <summary>How to start the home's node.</summary>
public sealed record ServerOptions
{
    /// <summary>The port that PSPeerShare listens on unless told otherwise.</summary>
    public const int DefaultPort = 22021;

    /// <summary>Full paths of folders or files that are shared for this run.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>The node's name as peers see it; the machine's name when absent.</summary>
    public string? Name { get; init; }

    /// <summary>The TCP port, 0 to 65535; 0 takes any free one.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The addresses to listen on; none is every IPv4 and IPv6 address.</summary>
    public IReadOnlyList<IPAddress> ListenAddresses { get; init; } = [];

    /// <summary>The folder into which peers with the Write right may push, or <see langword="null"/>.</summary>
    public string? Inbox { get; init; }

    /// <summary>How much each peer may leave in the inbox.</summary>
    public InboxLimits InboxLimits { get; init; } = new();

    /// <summary>The most that the node sends to all peers together, in bytes per second; <see langword="null"/> is no limit.</summary>
    public long? RateLimit { get; init; }

    /// <summary>Whether the node is made known on the local network and hears of others there.</summary>
    public bool Discovery { get; init; } = true;

    /// <summary>Discovery servers, as <c>https://host:port/?id=…</c>: they are told where the node is, and asked where peers are.</summary>
    public IReadOnlyList<string> DiscoveryServers { get; init; } = [];

    /// <summary>Relays, as <c>relay://host:port/?id=…</c>: peers that cannot reach the node directly meet it there.</summary>
    public IReadOnlyList<string> Relays { get; init; } = [];

    /// <summary>The folder for log files; the home's <c>logs</c> when absent.</summary>
    public string? LogPath { get; init; }

    /// <summary>The least severe events that are logged.</summary>
    public PeerLogLevel LogLevel { get; init; } = PeerLogLevel.Information;
}
