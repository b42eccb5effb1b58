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

    /// <summary>Whether sessions with the node are kept because a ticket of its is in use here.</summary>
    public bool IsHost(NodeId node) => _hosts.ContainsKey(node);

    /// <summary>Keeps sessions with a node that is asked for files without standing in the book.</summary>
    public void KeepHost(NodeId node) => _hosts[node] = true;

    /// <summary>Has nothing more to do with it.</summary>
    public void ForgetHost(NodeId node) => _hosts.TryRemove(node, out _);

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
