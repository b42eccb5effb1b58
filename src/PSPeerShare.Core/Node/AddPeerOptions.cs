using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Node;

/// <summary>Whom to trust: the issuer of a ticket, or a node id with its addresses.</summary>
public sealed record AddPeerOptions
{
    /// <summary>A ticket's text; its issuer is asked and both sides trust each other afterwards.</summary>
    public string? Ticket { get; init; }

    /// <summary>A code that the other side shows; both sides trust each other afterwards.</summary>
    public string? Code { get; init; }

    /// <summary>A full node id, when there is neither ticket nor code. The other side has to add this node by itself.</summary>
    public NodeId? NodeId { get; init; }

    /// <summary>Where the peer listens, as <c>host</c> or <c>host:port</c>; tried before those of the ticket.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The name in the peer book; the peer's own name when absent.</summary>
    public string? Name { get; init; }

    /// <summary>What the peer may do here.</summary>
    public PeerRights Allow { get; init; } = PeerRights.Browse | PeerRights.Read;

    /// <summary>The most that this node sends to the peer, in bytes per second.</summary>
    public long? RateLimit { get; init; }
}

/// <summary>A new entry of the peer book.</summary>
/// <param name="Peer">The entry.</param>
/// <param name="WantedName">The name that was taken, when the entry had to get another one.</param>
public sealed record AddedPeer(PeerInfo Peer, string? WantedName);
