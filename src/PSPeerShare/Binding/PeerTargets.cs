using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Errors;

namespace PSPeerShare.Binding;

/// <summary>Whom <c>-Peer</c> means; what names nobody is an error of its own and the others go on.</summary>
internal static class PeerTargets
{
    internal static IEnumerable<PeerTarget> Resolve(
        PeerNode node, IEnumerable<PeerArgument> peers, Action<ErrorRecord> onError)
    {
        foreach (PeerArgument peer in peers)
        {
            PeerTarget target;
            try
            {
                target = node.ResolvePeer(peer.Text);
            }
            catch (PeerShareException failure)
            {
                onError(ErrorRecords.Create(failure, peer.Name));
                continue;
            }

            yield return target;
        }
    }
}
