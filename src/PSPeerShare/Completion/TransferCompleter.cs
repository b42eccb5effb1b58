using PSPeerShare.Core;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Completion;

/// <summary>Offers the ids of this home's transfers.</summary>
public sealed class TransferCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Candidates(PeerNode node) =>
        node.TransfersAsync(new TransferFilter { Limit = 100 }, CancellationToken.None).GetAwaiter().GetResult().Select(
            static transfer => new Candidate(transfer.Id, $"{transfer.Status}: {transfer.Name} ({transfer.Peer})"));
}
