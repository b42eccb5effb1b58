using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Node;

/// <summary>What a running node does.</summary>
public enum ServerState
{
    /// <summary>It answers peers.</summary>
    Running = 0,

    /// <summary>It finishes what is under way and takes nothing new.</summary>
    Stopping = 1,

    /// <summary>It has ended.</summary>
    Stopped = 2,
}

/// <summary>A running node at one moment.</summary>
/// <param name="Name">The node's name as peers see it.</param>
/// <param name="NodeId">The node's id.</param>
/// <param name="Port">The TCP port it listens on.</param>
/// <param name="Endpoints">Where it listens, as <c>address:port</c>.</param>
/// <param name="Shares">What it serves.</param>
/// <param name="Inbox">Where pushed files land, or <see langword="null"/>.</param>
/// <param name="StartTime">When it started.</param>
/// <param name="State">What it does.</param>
/// <param name="Connections">Open connections with peers.</param>
/// <param name="BytesSent">Payload bytes sent since the start.</param>
/// <param name="BytesReceived">Payload bytes received since the start.</param>
/// <param name="LastError">The latest failure that concerned the node as a whole, or <see langword="null"/>.</param>
/// <param name="ProcessId">The process it runs in.</param>
public sealed record ServerInfo(
    string Name,
    NodeId NodeId,
    int Port,
    IReadOnlyList<string> Endpoints,
    IReadOnlyList<ShareInfo> Shares,
    string? Inbox,
    DateTimeOffset StartTime,
    ServerState State,
    int Connections,
    long BytesSent,
    long BytesReceived,
    string? LastError,
    int ProcessId)
{
    /// <summary>The discovery servers that are told where the node is.</summary>
    public IReadOnlyList<string> DiscoveryServers { get; init; } = [];

    /// <summary>The relays at which peers can meet it.</summary>
    public IReadOnlyList<string> Relays { get; init; } = [];

    /// <summary>How it stands with each of them.</summary>
    public IReadOnlyList<ServerLink> Links { get; init; } = [];

    /// <summary>The large files that peers fetch from it or push to it now.</summary>
    public IReadOnlyList<PassingFile> Passing { get; init; } = [];
}
