namespace PSPeerShare.Core.Dashboard;

/// <summary>What one page has to be told so that it knows the transfers as they are now.</summary>
/// <remarks>One page's, one thread at a time.</remarks>
internal sealed class TransferDifference
{
    private Dictionary<string, TransferView> _running = [];
    private Dictionary<string, TransferView> _ended = [];
    private IReadOnlyList<TransferView>? _endedList;

    /// <summary>The changes since the last call; null when there are none.</summary>
    /// <param name="running">What runs.</param>
    /// <param name="ended">What ended; the same list as before is not looked through again.</param>
    /// <param name="withProgress">Whether mere progress is told now; what is not told now is told later.</param>
    public TransferChanges? Next(IReadOnlyList<TransferView> running, IReadOnlyList<TransferView> ended, bool withProgress = true)
    {
        List<TransferView> rows = [];
        List<object[]> progress = [];
        Dictionary<string, TransferView> endedBefore = _ended;
        if (!ReferenceEquals(ended, _endedList))
        {
            _endedList = ended;
            _ended = new Dictionary<string, TransferView>(ended.Count);
            foreach (TransferView view in ended)
            {
                if (_ended.TryAdd(view.Id, view) && !IsSame(endedBefore.GetValueOrDefault(view.Id) ?? _running.GetValueOrDefault(view.Id), view))
                {
                    rows.Add(view);
                }
            }
        }

        // A transfer that ended while both lists were read is in both; its end is the newer news.
        Dictionary<string, TransferView> now = new(running.Count);
        foreach (TransferView view in running.Where(view => !_ended.ContainsKey(view.Id)))
        {
            TransferView? before = _running.GetValueOrDefault(view.Id);
            if (!IsSame(before ?? endedBefore.GetValueOrDefault(view.Id), view))
            {
                rows.Add(view);
            }
            else if (before!.Bytes != view.Bytes || before.Rate != view.Rate)
            {
                if (!withProgress)
                {
                    now[view.Id] = before;
                    continue;
                }

                progress.Add([view.Id, view.Bytes, view.Rate]);
            }

            now[view.Id] = view;
        }

        IEnumerable<string> known = ReferenceEquals(endedBefore, _ended) ? _running.Keys : _running.Keys.Concat(endedBefore.Keys);
        string[] gone = [.. known.Where(id => !now.ContainsKey(id) && !_ended.ContainsKey(id))];
        _running = now;
        return rows.Count + progress.Count + gone.Length > 0 ? new TransferChanges(rows, progress, gone) : null;
    }

    // But for the progress.
    private static bool IsSame(TransferView? before, TransferView now) =>
        before is not null && before.Ended == now.Ended && before.Status == now.Status && before.Length == now.Length
        && before.Sources.Count == now.Sources.Count && before.Offers.SequenceEqual(now.Offers, StringComparer.Ordinal);
}

/// <summary>Changes of the transfers.</summary>
/// <param name="Rows">New ones, and those of which more than the progress changed.</param>
/// <param name="Progress">Of each: id, bytes so far, bytes a second.</param>
/// <param name="Gone">Ids that are not listed any more.</param>
internal sealed record TransferChanges(IReadOnlyList<TransferView> Rows, IReadOnlyList<object[]> Progress, IReadOnlyList<string> Gone);
