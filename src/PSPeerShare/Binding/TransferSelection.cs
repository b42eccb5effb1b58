using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Binding;

/// <summary>Which transfers a command means, by id, state, peer and time; what is not given does not limit.</summary>
internal static class TransferSelection
{
    internal static List<TransferInfo> Of(
        PeerNode node,
        Pump pump,
        string[]? ids,
        PeerTransferStatus[]? statuses,
        PeerArgument[]? peers,
        DateTime? after,
        Action<ErrorRecord> onError)
    {
        var filter = new TransferFilter
        {
            // A thousand that are piped are a thousand questions: for one only.
            Id = ids is [var only] && !WildcardPattern.ContainsWildcardCharacters(only) ? only.ToLowerInvariant() : null,
            Statuses = statuses is null ? null : Array.ConvertAll(statuses, static status => (TransferStatus)(int)status),
            After = after is null ? null : new DateTimeOffset(after.Value.ToUniversalTime()),
        };
        List<PeerTarget>? targets = peers is null ? null : PeerTargets.Resolve(node, peers, onError);
        IReadOnlyList<TransferInfo> transfers = pump.Await(node.TransfersAsync(filter, pump.Token));
        var selected = new List<TransferInfo>();
        foreach (TransferInfo transfer in NameMatch.Select(
            transfers, ids, static transfer => transfer.Id, PeerError.TransferNotFound, onError))
        {
            if (targets is null || IsWith(transfer, targets))
            {
                selected.Add(transfer);
            }
        }

        return selected;
    }

    // A loop, so that no closure holds a value of a type that is not loaded yet when the module is imported.
    private static bool IsWith(TransferInfo transfer, List<PeerTarget> peers)
    {
        foreach (PeerTarget peer in peers)
        {
            if (peer.NodeId is { } id ? id == transfer.NodeId : string.Equals(peer.Text, transfer.Peer, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
