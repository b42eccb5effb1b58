using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Transfer;

/// <summary>The home's transfers for somebody who looks at them again and again.</summary>
internal interface ITransferListing
{
    /// <summary>The transfers as they are now.</summary>
    TransferSight Look();
}

/// <summary>Transfers at one moment.</summary>
/// <param name="Running">Those that run, wait or rest.</param>
/// <param name="Ended">Those that ended, the newest first: the same list as at the look before while nothing is new.</param>
internal sealed record TransferSight(IReadOnlyList<TransferInfo> Running, IReadOnlyList<TransferInfo> Ended);

/// <summary>
/// Reads of the history only what is new since the look before, and nothing when nobody has written an end. What runs
/// here is told without the history.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class TransferListing(TransferBook book, TransferHistory? history, int limit) : ITransferListing
{
    // So much later than it happened an end may be written.
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (TransferRow? Row, TransferInfo Info)> _ended = [];
    private List<TransferRow> _elsewhere = [];
    private IReadOnlyList<string> _ran = [];
    private IReadOnlyList<TransferInfo> _sorted = [];
    private (long Others, long Own)? _version;
    private DateTimeOffset _readAt;

    public TransferSight Look()
    {
        lock (_gate)
        {
            bool isNew = ReadNew();
            Dictionary<string, TransferInfo> running = [];
            foreach (TransferRow row in _elsewhere)
            {
                TransferInfo info = TransferRows.ToInfo(row);
                if (info.Status == TransferStatus.Interrupted)
                {
                    // Its process is gone, and nobody is left to write that.
                    _ended[row.Id] = (row, info);
                    isNew = true;
                }
                else
                {
                    running[row.Id] = info;
                }
            }

            _elsewhere.RemoveAll(row => !running.ContainsKey(row.Id));
            foreach (TransferInfo here in book.Running())
            {
                running[here.Id] = here;
                isNew |= _ended.Remove(here.Id);
            }

            List<string> unknown = [];
            foreach (string missing in _ran.Where(id => !running.ContainsKey(id) && !_ended.ContainsKey(id)))
            {
                // The clock was set, or the end is still on its way to the history.
                if (history?.Find(missing) is { } row)
                {
                    bool hasEnd = Add(row);
                    isNew |= hasEnd;
                    unknown.AddRange(hasEnd ? [] : [missing]);
                }
            }

            _ran = [.. running.Keys, .. unknown];
            if (isNew)
            {
                Sort();
            }

            return new TransferSight([.. running.Values], _sorted);
        }
    }

    private bool ReadNew()
    {
        book.WriteEnded();
        (long, long) version = (history?.OthersVersion ?? 0, book.EndsWritten);
        if (history is null || _version == version)
        {
            return false;
        }

        DateTimeOffset now = DateTimeOffset.UtcNow;
        IReadOnlyList<TransferRow> rows = _version is null || now < _readAt
            ? history.Query(new TransferQuery { Limit = limit })
            : history.OpenOrEndedAfter(_readAt - Delay);
        _version = version;
        _readAt = now;
        _elsewhere = [.. rows.Where(TransferRows.Runs)];
        bool isNew = false;
        foreach (TransferRow running in _elsewhere)
        {
            isNew |= _ended.Remove(running.Id);
        }

        HashSet<string> run = [.. _elsewhere.Select(row => row.Id)];
        foreach (TransferRow row in rows.Where(row => !run.Contains(row.Id)))
        {
            isNew |= Add(row);
        }

        return isNew | ForgetSuperseded();
    }

    // What was made up for by another transfer is gone from the history, or cannot be begun again.
    private bool ForgetSuperseded()
    {
        string[] resumable = [.. _ended.Where(e => e.Value.Info.CanResume).Select(e => e.Key)];
        if (resumable.Length == 0)
        {
            return false;
        }

        HashSet<string> still = [.. history!.Resumable()];
        bool isNew = false;
        foreach (string id in resumable.Where(id => !still.Contains(id)))
        {
            isNew = true;
            _ended.Remove(id);
            _ = history.Find(id) is { } row && Add(row);
        }

        return isNew;
    }

    // Whether it says something that was not known.
    private bool Add(TransferRow row)
    {
        if (TransferRows.Runs(row)
            || (_ended.TryGetValue(row.Id, out (TransferRow? Row, TransferInfo) known) && known.Row is { } before
                && (before.Status, before.Started, before.Ended, before.Bytes, before.Process, before.Recipe) ==
                    (row.Status, row.Started, row.Ended, row.Bytes, row.Process, row.Recipe)))
        {
            return false;
        }

        _ended[row.Id] = (row, TransferRows.ToInfo(row));
        return true;
    }

    private void Sort()
    {
        _sorted = [.. _ended.Values.Select(e => e.Info).OrderByDescending(i => i.StartTime).ThenBy(i => i.Id, StringComparer.Ordinal).Take(limit)];
        if (_ended.Count > _sorted.Count)
        {
            HashSet<string> kept = [.. _sorted.Select(i => i.Id)];
            foreach (string old in _ended.Keys.Where(id => !kept.Contains(id)).ToArray())
            {
                _ended.Remove(old);
            }
        }
    }
}
