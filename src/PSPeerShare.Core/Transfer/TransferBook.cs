using System.Collections.Concurrent;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The home's transfers: those that run here, and the history of all. It writes once a second and in batches, never
/// on the way of a transfer, and listens for what other processes want of those that run here.
/// </summary>
/// <remarks>
/// Large files have an entry each from when they begin; small ones only when they fail. What went well of a job's
/// small files is one entry a peer. Without a history it knows what runs here. Any thread.
/// </remarks>
internal sealed partial class TransferBook(TransferHistory? history, EventLog log) : IAsyncDisposable
{
    /// <summary>So many entries are kept.</summary>
    public const int KeptEntries = 10_000;

    /// <summary>Of one job, so many small files that failed have an entry each.</summary>
    public const int MostFailuresOfJob = 1000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    private readonly string _process = ProcessMark.Current.ToString();
    private readonly ConcurrentDictionary<string, TransferRecord> _running = [];
    private readonly ConcurrentQueue<TransferRow> _ended = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _writing = Task.CompletedTask;
    private bool _isPruned;
    private int _isDisposed;
    private long _endsWritten;

    /// <summary>Whether a file of that length has an entry of its own.</summary>
    public static bool IsLarge(long length) => length >= PartialFile.FewestBytes;

    /// <summary>A large file's transfer begins or goes on.</summary>
    public void Started(TransferRecord record)
    {
        _running[record.Id] = record;
        Wake();
    }

    /// <summary>A transfer that has an entry ended.</summary>
    public void Ended(TransferInfo info, string? recipe)
    {
        _running.TryRemove(info.Id, out _);
        _ended.Enqueue(ToRow(info, recipe, null));
        NoteUnfinished(info, recipe);
        Wake();
    }

    /// <summary>A job's small files that went well are one entry a peer.</summary>
    public void Summarise(TransferInfo first, int files, long length, long bytes)
    {
        if (files == 1)
        {
            Ended(first, null);
            return;
        }

        _ended.Enqueue(TransferRows.ToRow(first, null, null) with
        {
            Id = Guid.CreateVersion7().ToString("N"),
            SharePath = "",
            Length = length,
            Bytes = bytes,
            Hash = null,
            Status = nameof(TransferStatus.Completed),
            Ended = DateTimeOffset.UtcNow,
            Detail = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{files} files"),
        });
        Wake();
    }

    /// <summary>What runs here and what the history has, the newest first.</summary>
    public IReadOnlyList<TransferInfo> List(TransferFilter filter)
    {
        Write();
        Dictionary<string, TransferInfo> all = [];
        foreach (TransferRow row in history?.Query(new TransferQuery
        {
            Id = filter.Id,
            Peer = filter.Peer?.ToArray(),
            After = filter.After,

            // What is asked for by state is chosen below; nothing else need be read that is not wanted.
            Limit = filter.Statuses is null ? filter.Limit : int.MaxValue,
        }) ?? [])
        {
            all[row.Id] = TransferRows.ToInfo(row);
        }

        foreach (TransferRecord record in _running.Values)
        {
            all[record.Id] = record.Now();
        }

        return [.. all.Values.Where(filter.Accepts).OrderByDescending(i => i.StartTime).ThenBy(i => i.Id, StringComparer.Ordinal).Take(filter.Limit)];
    }

    /// <summary>Grows whenever this book has written the end of a transfer.</summary>
    public long EndsWritten => Interlocked.Read(ref _endsWritten);

    /// <summary>The list for somebody who looks again and again, with at most so many that ended.</summary>
    public ITransferListing Watch(int limit) => new TransferListing(this, history, limit);

    /// <summary>What runs here, or rests.</summary>
    public IEnumerable<TransferInfo> Running() => _running.Values.Select(record => record.Now());

    /// <summary>Writes what has ended, if anything has.</summary>
    public void WriteEnded()
    {
        if (!_ended.IsEmpty || !_delivered.IsEmpty)
        {
            Write();
        }
    }

    /// <summary>Asks something of a transfer, wherever it runs.</summary>
    /// <returns>Whether it runs anywhere.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>.</exception>
    public bool Ask(string id, TransferWish wish)
    {
        if (_running.TryGetValue(id, out TransferRecord? record))
        {
            record.Ask(wish);
            return true;
        }

        TransferRow row = Find(id);
        bool runs = TransferRows.Runs(row);
        if (runs)
        {
            history!.Ask(id, wish.ToString());
        }

        return runs;
    }

    /// <summary>An entry of the history, with what is needed to begin it again.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>.</exception>
    public TransferRow Find(string id)
    {
        Write();
        return history?.Find(id) ?? throw new PeerShareException(PeerError.TransferNotFound, Printable.Escape(id));
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Write();
        _closing.Dispose();
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_writing.IsCompleted && Volatile.Read(ref _isDisposed) == 0)
            {
                _writing = Task.Run(RunAsync);
            }
        }
    }

    private async Task RunAsync()
    {
        TimeSpan interval = Interval;
        while (true)
        {
            await Task.Delay(interval, _closing.Token);
            Write();

            // Whoever asks for something waits for what becomes of it.
            interval = Listen() ? Soon : Interval;
            lock (_gate)
            {
                if (_running.IsEmpty && _ended.IsEmpty && _delivered.IsEmpty)
                {
                    // Who comes now waits for the lock and begins anew.
                    _writing = Task.CompletedTask;
                    return;
                }
            }
        }
    }

    /// <summary>Writes what has ended. A job does so before it says that it is over, for its process may end then.</summary>
    public void Write()
    {
        WriteRows();
        ForgetSuperseded();
    }

    private void WriteRows()
    {
        List<TransferRow> rows = [];
        foreach (TransferRecord record in _running.Values)
        {
            rows.Add(ToRow(record.Now(), record.Recipe?.Invoke().ToString(), _process));
        }

        // After those that run: what has ended since must not seem to run.
        bool hasEnds = false;
        while (_ended.TryDequeue(out TransferRow? row))
        {
            rows.RemoveAll(r => r.Id == row.Id);
            rows.Add(row);
            hasEnds = true;
        }

        if (rows.Count == 0 || history is null)
        {
            return;
        }

        try
        {
            history.Put(rows);
            Interlocked.Add(ref _endsWritten, hasEnds ? 1 : 0);
            if (!_isPruned)
            {
                _isPruned = true;
                history.Prune(KeptEntries);
            }
        }
        catch (PeerShareException e)
        {
            // A history that cannot be written stops no transfer.
            log.Warning(e, "writing the history of transfers");
        }
    }

    private bool Listen()
    {
        bool isAny = false;
        try
        {
            foreach ((string id, string wish) in history?.TakeWishes(_process) ?? [])
            {
                if (_running.TryGetValue(id, out TransferRecord? record) && Enum.TryParse(wish, out TransferWish asked))
                {
                    record.Ask(asked);
                    isAny = true;
                }
            }
        }
        catch (PeerShareException e)
        {
            log.Warning(e, "reading what is wanted of transfers");
        }

        return isAny;
    }

    private static TransferRow ToRow(TransferInfo info, string? recipe, string? process) => TransferRows.ToRow(info, recipe, process);
}
