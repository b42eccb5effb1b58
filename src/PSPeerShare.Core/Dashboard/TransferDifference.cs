namespace PSPeerShare.Core.Dashboard;

/// <summary>What one page has to be told so that it knows the transfers as they are now.</summary>
/// <remarks>One page's, one thread at a time.</remarks>
internal sealed class TransferDifference
{
    private Dictionary<string, TransferView> _known = [];

    /// <summary>The changes since the last call; null when there are none.</summary>
    public TransferChanges? Next(IReadOnlyList<TransferView> running, IReadOnlyList<TransferView> ended)
    {
        Dictionary<string, TransferView> now = new(running.Count + ended.Count);
        List<TransferView> rows = [];
        List<object[]> progress = [];

        // A transfer that ended while both lists were read is in both; its end is the newer news.
        foreach (TransferView view in ended.Concat(running))
        {
            if (!now.TryAdd(view.Id, view))
            {
                continue;
            }

            if (!_known.TryGetValue(view.Id, out TransferView? before) || before.Status != view.Status || before.Length != view.Length
                || before.Sources.Count != view.Sources.Count
                || !before.Offers.SequenceEqual(view.Offers, StringComparer.Ordinal))
            {
                rows.Add(view);
            }
            else if (view.Ended is null && (before.Bytes != view.Bytes || before.Rate != view.Rate))
            {
                progress.Add([view.Id, view.Bytes, view.Rate]);
            }
        }

        string[] gone = [.. _known.Keys.Where(id => !now.ContainsKey(id))];
        _known = now;
        return rows.Count + progress.Count + gone.Length > 0 ? new TransferChanges(rows, progress, gone) : null;
    }
}

/// <summary>Changes of the transfers.</summary>
/// <param name="Rows">New ones, and those of which more than the progress changed.</param>
/// <param name="Progress">Of each: id, bytes so far, bytes a second.</param>
/// <param name="Gone">Ids that are not listed any more.</param>
internal sealed record TransferChanges(IReadOnlyList<TransferView> Rows, IReadOnlyList<object[]> Progress, IReadOnlyList<string> Gone);
