namespace PSPeerShare.Output;

/// <summary>A node in the peer book, or one that can be seen now.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class Peer
{
    internal Peer()
    {
    }

    /// <summary>Its unique name in the book; of a node that is not in it, the name it gives itself.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Its full node id.</summary>
    public string NodeId { get; internal init; } = "";

    /// <summary>What it may do here.</summary>
    public PeerRights Allow { get; internal init; }

    /// <summary>What it may do beyond that in single shares, as <c>share/folder: rights</c>.</summary>
    public string[] Grants { get; internal init; } = [];

    /// <summary>Where it was reached or is expected, as <c>host:port</c>.</summary>
    public string[] Addresses { get; internal init; } = [];

    /// <summary>The most that is sent to it, in bytes per second; nothing is no limit.</summary>
    public long? RateLimit { get; internal init; }

    /// <summary>Whether it is in the peer book.</summary>
    public bool Trusted { get; internal init; }

    /// <summary>Whether it says that it is there now; nothing when nobody looked.</summary>
    public bool? Online { get; internal init; }

    /// <summary>Whether it says that it would pair now; nothing when nobody looked.</summary>
    public bool? PairingOpen { get; internal init; }

    /// <summary>When it was added, local time; nothing when it is not in the book.</summary>
    public DateTime? Added { get; internal init; }

    /// <summary>When it last answered, local time.</summary>
    public DateTime? LastSeen { get; internal init; }

    /// <summary>Same as <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
