using System.Collections.Concurrent;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Hosting;

// Tickets of others that are used directly.
internal sealed partial class NodeServices
{
    // They are asked and nothing else: what they ask in turn is judged by the book, in which they do not stand.
    private readonly ConcurrentDictionary<NodeId, bool> _hosts = [];

    // One node may hand over several times at once, at an address each, and have given a ticket besides.
    private readonly ConcurrentDictionary<(NodeId Node, string Address), bool> _handingOver = [];

    /// <summary>
    /// Whether sessions with the node are kept though it stands in no book: a ticket of its is in use here, or it hands
    /// something over.
    /// </summary>
    public bool IsHost(NodeId node) => _hosts.ContainsKey(node) || _handingOver.Keys.Any(sender => sender.Node == node);

    /// <summary>Keeps sessions with a node that hands something over at these addresses.</summary>
    public void KeepHandOver(NodeId node, IReadOnlyList<string> addresses)
    {
        foreach (string address in addresses)
        {
            _handingOver[(node, address)] = true;
        }
    }

    /// <summary>Has nothing more to do with that hand-over; others of the node, and its tickets, stay what they are.</summary>
    public void ForgetHandOver(NodeId node, IReadOnlyList<string> addresses)
    {
        foreach (string address in addresses)
        {
            _handingOver.TryRemove((node, address), out _);
        }
    }

    /// <summary>Proves a ticket to its issuer for as long as it is good.</summary>
    public async Task<PeerTarget> UseTicketAsync(string ticket, CancellationToken cancellationToken)
    {
        PeerTarget issuer = await Redemption().UseAsync(ticket, cancellationToken);
        _hosts[issuer.NodeId!.Value] = true;
        return issuer;
    }

    /// <summary>The redeemer's side of tickets.</summary>
    public TicketRedemption Redemption() => new(Identity.Id, Peers, DialStrangerAsync, Introduce);
}
