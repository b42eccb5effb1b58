using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// The nodes that use a ticket directly, in the memory of the running node: they prove the ticket again after a
/// restart. A pass is good as long as its ticket is: every question looks whether that was revoked, here or by another
/// process. Any thread.
/// </summary>
internal sealed class PassBook(NodeStore store, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, List<Pass>> _passes = [];
    private long _counter = -1;

    /// <summary>Gives a node that has proved a ticket its pass.</summary>
    public void Issue(NodeId node, TicketInfo ticket)
    {
        Pass pass = Pass.Of(ticket);
        lock (_gate)
        {
            if (!_passes.TryGetValue(node, out List<Pass>? own))
            {
                _passes.Add(node, own = []);
            }

            own.RemoveAll(other => other.TicketId.AsSpan().SequenceEqual(pass.TicketId));
            own.Add(pass);

            // The verdict was given before: what was revoked since is found at the next question.
            _counter = -1;
        }
    }

    /// <summary>Whether the node has a pass.</summary>
    public bool Knows(NodeId node) => Of(node).Length > 0;

    /// <summary>What its passes let the node do at a place in a share; without a path, in the whole share.</summary>
    public PeerRights RightsIn(NodeId node, ShareRule share, WirePath? path) =>
        Of(node).Where(pass => pass.Covers(share, path)).Aggregate(PeerRights.None, (rights, pass) => rights | pass.Rights);

    /// <summary>The places of a share to which its passes limit the node.</summary>
    public IEnumerable<WirePath> PlacesIn(NodeId node, ShareRule share, PeerRights right) =>
        Of(node).Where(pass => pass.Share == share.Name && pass.Place is not null && pass.Rights.HasFlag(right)).Select(pass => pass.Place!);

    /// <summary>What the node may still be sent; null when nothing limits it.</summary>
    public ByteAllowance? AllowanceOf(NodeId node)
    {
        Pass[] passes = Of(node);
        return passes.Length > 0 && Array.TrueForAll(passes, pass => pass.IsLimited)
            ? new ByteAllowance(store, [.. passes.Select(pass => pass.TicketId)])
            : null;
    }

    private Pass[] Of(NodeId node)
    {
        lock (_gate)
        {
            if (_passes.Count == 0)
            {
                return [];
            }

            Refresh();
            return _passes.TryGetValue(node, out List<Pass>? own)
                ? [.. own.Where(pass => pass.Expires > _clock.GetUtcNow())]
                : [];
        }
    }

    // What was revoked, with its ticket or with the peer that used it, is forgotten.
    private void Refresh()
    {
        long counter = store.ChangeCounter;
        if (counter == _counter)
        {
            return;
        }

        foreach ((NodeId node, List<Pass> own) in _passes)
        {
            own.RemoveAll(pass => !IsGood(node, pass));
        }

        _counter = counter;
    }

    private bool IsGood(NodeId node, Pass pass) =>
        store.Tickets.Find(pass.TicketId) is { Revoked: null }
        && store.Tickets.UseOf(pass.TicketId, node.ToArray()) is { IsBound: true, IsRevoked: false };
}
