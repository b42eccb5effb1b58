using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Errors;

namespace PSPeerShare.Binding;

/// <summary>Whom <c>-Peer</c> means; what names nobody is an error of its own and the others go on.</summary>
internal static class PeerTargets
{
    // A list and no iterator: an iterator's own type implements an interface over a Core type, and types are loaded
    // before Core can be.
    internal static List<PeerTarget> Resolve(PeerNode node, IEnumerable<PeerArgument> peers, Action<ErrorRecord> onError)
    {
        var targets = new List<PeerTarget>();
        foreach (PeerArgument peer in peers)
        {
            try
            {
                targets.Add(node.ResolvePeer(peer.Text));
            }
            catch (PeerShareException failure)
            {
                onError(ErrorRecords.Create(failure, peer.Name));
            }
        }

        return targets;
    }
}
