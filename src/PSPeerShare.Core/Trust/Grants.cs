using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// Answers one question, at the moment of use: may this node do this? It knows no connection and no file. Strangers
/// may nothing, and when the store cannot be asked the question fails instead of being answered. Any thread.
/// </summary>
/// <remarks>
/// What the store says is kept in memory and asked for again as soon as its change counter has moved, whichever process
/// moved it. Reading the counter takes about 6 µs (measured), so it is read every time.
/// </remarks>
internal sealed class Grants(NodeStore store, NodeId self, PassBook? passes = null)
{
    private TrustSnapshot? latest;

    /// <summary>Whether the node is this home's own, in the peer book, or uses a ticket.</summary>
    public bool IsTrusted(NodeId node) =>
        !node.IsEmpty && (node == self || Current.Knows(node) || passes?.Knows(node) == true);

    /// <summary>Whether the peer has all of these rights in the whole share.</summary>
    public bool May(NodeId peer, ShareRule share, PeerRights right) => May(peer, share, path: null, right);

    /// <summary>Whether the peer has all of these rights at a place in a share.</summary>
    /// <param name="peer">Who asks.</param>
    /// <param name="share">The share.</param>
    /// <param name="path">The place, beginning with the share; null means the whole share.</param>
    /// <param name="right">What it asks for.</param>
    public bool May(NodeId peer, ShareRule share, WirePath? path, PeerRights right) =>
        right != PeerRights.None && (RightsOf(peer, share, path) & right) == right;

    /// <summary>Whether the peer may push into its folder of the inbox.</summary>
    public bool MayPush(NodeId peer) =>
        !peer.IsEmpty && peer != self && Current.GeneralRights(peer).HasFlag(PeerRights.Write);

    /// <summary>All rights of the peer at a place in a share. The home's own node sees and reads everything.</summary>
    public PeerRights RightsOf(NodeId peer, ShareRule share, WirePath? path = null) =>
        peer.IsEmpty || (path is not null && path.Share != share.Name) ? PeerRights.None
        : peer == self ? PeerRights.Browse | PeerRights.Read
        : Current.RightsIn(peer, share, path) | (passes?.RightsIn(peer, share, path) ?? PeerRights.None);

    /// <summary>The places of a share to which the peer's rights are limited there, if they are.</summary>
    public IReadOnlyList<WirePath> PlacesIn(NodeId peer, ShareRule share, PeerRights right) =>
        peer.IsEmpty || peer == self || right == PeerRights.None ? []
        : passes?.Knows(peer) == true ? [.. Current.PlacesIn(peer, share, right).Union(passes.PlacesIn(peer, share, right))]
        : Current.PlacesIn(peer, share, right);

    private TrustSnapshot Current
    {
        get
        {
            TrustSnapshot? known = Volatile.Read(ref latest);
            if (known is null || known.Counter != store.ChangeCounter)
            {
                known = TrustSnapshot.Take(store);
                Volatile.Write(ref latest, known);
            }

            return known;
        }
    }
}
