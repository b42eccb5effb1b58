using PSPeerShare.Core;
using PSPeerShare.Core.Catalog;

namespace PSPeerShare.Completion;

/// <summary>Offers the names of this home's shares.</summary>
public sealed class ShareCompleter : NameCompleter
{
    // The node may run in another process and be busy; nobody waits long for a completion.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private protected override IEnumerable<Candidate> Candidates(PeerNode node, Asked asked)
    {
        using var limit = new CancellationTokenSource(Patience);
        Task<IReadOnlyList<ShareInfo>> shares = node.GetSharesAsync(limit.Token);
        return Task.WaitAny([shares], Patience) == 0 && shares.IsCompletedSuccessfully
            ? shares.Result.Select(static share => new Candidate(share.Name, share.Path))
            : [];
    }
}
