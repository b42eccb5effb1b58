namespace PSPeerShare.Output;

/// <summary>A running node at one moment.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerServer
{
    internal PeerServer()
    {
    }

    /// <summary>The node's name as peers see it.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>The full node id.</summary>
    public string NodeId { get; internal init; } = "";

    /// <summary>What it does.</summary>
    public PeerServerState State { get; internal init; }

    /// <summary>The TCP port it listens on.</summary>
    public int Port { get; internal init; }

    /// <summary>Where it listens, as <c>address:port</c>.</summary>
    public string[] Endpoints { get; internal init; } = [];

    /// <summary>What it serves.</summary>
    public PeerShare[] Shares { get; internal init; } = [];

    /// <summary>The folder where pushed files land.</summary>
    public string? Inbox { get; internal init; }

    /// <summary>When it started, local time.</summary>
    public DateTime StartTime { get; internal init; }

    /// <summary>Open connections with peers.</summary>
    public int Connections { get; internal init; }

    /// <summary>Payload bytes sent since the start.</summary>
    public long BytesSent { get; internal init; }

    /// <summary>Payload bytes received since the start.</summary>
    public long BytesReceived { get; internal init; }

    /// <summary>The discovery servers that are told where it is.</summary>
    public PeerServerLink[] DiscoveryServers { get; internal init; } = [];

    /// <summary>The relays at which peers can meet it.</summary>
    public PeerServerLink[] Relays { get; internal init; } = [];

    /// <summary>The latest failure that concerned the node as a whole.</summary>
    public string? LastError { get; internal init; }

    /// <summary>The process it runs in.</summary>
    public int ProcessId { get; internal init; }

    /// <summary>Same as <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
