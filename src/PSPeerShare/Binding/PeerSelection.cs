using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Trust;
using PSPeerShare.Errors;

namespace PSPeerShare.Binding;

/// <summary>Which entries of the peer book a command means, by name or by node id.</summary>
internal static class PeerSelection
{
    internal static IEnumerable<PeerInfo> Of(
        PeerNode node, IReadOnlyList<string>? names, IReadOnlyList<string>? nodeIds, Action<ErrorRecord> onError)
    {
        IReadOnlyList<PeerInfo> book = node.GetPeers();
        return nodeIds is null
            ? NameMatch.Select(book, names, static peer => peer.Name, PeerError.PeerNotFound, onError)
            : ById(book, nodeIds, onError);
    }

    private static List<PeerInfo> ById(IReadOnlyList<PeerInfo> book, IReadOnlyList<string> nodeIds, Action<ErrorRecord> onError)
    {
        var selected = new List<PeerInfo>();
        foreach (string text in nodeIds)
        {
            try
            {
                selected.Add(Find(book, NodeId.Parse(text)) ?? throw new PeerShareException(PeerError.PeerNotFound, text));
            }
            catch (PeerShareException failure)
            {
                onError(ErrorRecords.Create(failure, text));
            }
        }

        return selected;
    }

    // A loop, so that no closure holds a value of a type that is not loaded yet when the module is imported.
    private static PeerInfo? Find(IReadOnlyList<PeerInfo> book, NodeId id)
    {
        foreach (PeerInfo peer in book)
        {
            if (peer.NodeId == id)
            {
                return peer;
            }
        }

        return null;
    }
}
