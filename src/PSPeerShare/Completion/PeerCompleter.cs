using PSPeerShare.Core;
using PSPeerShare.Output;

namespace PSPeerShare.Completion;

/// <summary>Offers the names in the peer book.</summary>
public sealed class PeerCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Candidates(PeerNode node, Asked asked) =>
        node.GetPeers().Select(static peer => new Candidate(peer.Name, $"{peer.NodeId.ShortId} {(PeerRights)(int)peer.Allow}"));
}
