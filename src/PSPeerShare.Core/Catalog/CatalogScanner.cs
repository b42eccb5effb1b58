using System.Threading.Channels;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Keeps the stored entries in step with the shares while a node runs: scans each at the start and on a period,
/// follows what the file system reports in between, and hashes what has no hash while nothing is being transferred.
/// It answers nobody, and what it has stored is only ever a hint: who serves a name looks at the file.
/// </summary>
/// <remarks>One task does all of it; its parts use several threads.</remarks>
internal sealed partial class CatalogScanner : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Changes come in swarms: a moment later one look at the folder sees all of them.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private const int IndexedAtOnce = 16_384;

    private readonly ShareRegistry _registry;
    private readonly EntryIndex _index;
    private readonly StoredCatalog _stored;
    private readonly ContentIndex _contents;
    private readonly TransferPause _pause;
    private readonly EventLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _running;
    private bool _isPruned;

    public CatalogScanner(
        ShareRegistry registry, EntryIndex index, StoredCatalog stored, ContentIndex contents, TransferCounters counters, EventLog log)
    {
        _registry = registry;
        _index = index;
        _stored = stored;
        _contents = contents;
        _pause = new TransferPause(counters);
        _log = log;
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ScannedShare share in _index.Shares.Values)
        {
            share.Dispose();
        }

        _index.Shares.Clear();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                AdoptAll();
                foreach (ScannedShare share in _index.Shares.Values)
                {
                    Tend(share, cancellationToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Serving does not depend on it; the next round tries again.
                _log.Warning(e, "keeping the catalog");
                await Task.Delay(RetryAfter, cancellationToken);
            }

            await WaitAsync(cancellationToken);
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        tick.CancelAfter(Tick);
        try
        {
            await _wake.Reader.ReadAsync(tick.Token);
            await Task.Delay(Gathering, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Shares may have been added or removed.
        }
    }

    /// <summary>
    /// Takes up shares that are new or have other rules, with what is stored of them, and forgets those that are gone.
    /// </summary>
    internal static void Adopt(ShareRegistry registry, EntryIndex index, StoredCatalog stored)
    {
        ServedShare[] served = [.. registry.All.Where(share => !share.IsSingleFile)];
        foreach ((string name, ScannedShare known) in index.Shares)
        {
            if (!Array.Exists(served, share => known.IsOf(share.Info)))
            {
                index.Shares.TryRemove(name, out _);
                known.Dispose();
            }
        }

        foreach (ServedShare share in served.Where(share => index.Find(share) is null))
        {
            if (stored.Ask(store => store.Shares.Adopt(share.Info.Name, share.Info.Path, ScannedShare.ExcludeOf(share.Info)), null) is { } row)
            {
                index.Shares[share.Info.Name] = new ScannedShare(share, row.Id) { IsComplete = row.Scanned is not null, Entries = row.Entries };
            }
        }
    }

    private void AdoptAll()
    {
        int before = _index.Shares.Count;
        Adopt(_registry, _index, _stored);
        if (!_isPruned || _index.Shares.Count < before)
        {
            _isPruned = true;
            _stored.Ask(Forget, false);
        }
    }

    /// <summary>What is not served any more is not kept either.</summary>
    private bool Forget(CatalogStore store)
    {
        foreach (CatalogShareRow row in store.Shares.List().Where(row => !_index.Shares.ContainsKey(row.Name)))
        {
            store.Shares.Remove(row.Name);
        }

        return true;
    }

    private void Tend(ScannedShare share, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (ScannedShare.IsDue(ref share.ScanDue))
            {
                ScanAll(share, cancellationToken);
            }
            else if (!share.Dirty.IsEmpty)
            {
                ScanDirty(share, cancellationToken);
            }

            if (ScannedShare.IsDue(ref share.HashDue))
            {
                Hash(share, cancellationToken);
            }
        }
        catch (PeerShareException e)
        {
            // The folder is gone for now, and with it what a search would find.
            _log.ShareTroubled(share.Share.Info.Name, e.Message);
            share.ScanDue = ScannedShare.In(RetryAfter);
            share.HashDue = ScannedShare.Never;
        }
    }

    private void ScanAll(ScannedShare share, CancellationToken cancellationToken)
    {
        // What changes from now on is noted, so that nothing slips between the scan and the watching. Reports that are
        // lost meanwhile ask for another scan, which the end of this one must not put off.
        long due = ScannedShare.In(RetryAfter);
        Interlocked.Exchange(ref share.ScanDue, due);
        Watch(share);
        using ShareReader reader = new(share.Share);
        FreshFiles fresh = new(share, reader, _stored, _contents, _pause, TimeProvider.System);
        long forgotten = _contents.Forgotten;
        bool isStored = false;
        using ShareScan scan = new(share, reader, _stored, fresh, cancellationToken);
        scan.Run(Environment.ProcessorCount, areAllStored =>
        {
            if (isStored = areAllStored)
            {
                NoteScanned(share, scan.Entries);
            }
        });
        if (!isStored)
        {
            return;
        }

        Interlocked.CompareExchange(ref share.ScanDue, ScannedShare.In(Period), due);
        _contents.Flush();

        // Where not everything has been read just now, the rows say what is missing.
        share.IsHashed = scan.IsAllNew && !fresh.HasLeft && share.Dirty.IsEmpty && _contents.Forgotten == forgotten;
        share.HashDue = share.IsHashed ? ScannedShare.Never : ScannedShare.In(TimeSpan.Zero);
        IndexNames(cancellationToken);
    }

    /// <summary>Until it has ended a search passes over the names that are not indexed.</summary>
    private void IndexNames(CancellationToken cancellationToken)
    {
        while (_stored.Ask(store => store.Entries.IndexNames(IndexedAtOnce), false))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void NoteScanned(ScannedShare share, long entries)
    {
        _stored.Ask(
            store =>
            {
                store.Shares.NoteScanned(share.Row, DateTimeOffset.UtcNow, entries);
                return true;
            },
            false);
        share.Entries = entries;
        share.IsComplete = true;
    }

    private void ScanDirty(ScannedShare share, CancellationToken cancellationToken)
    {
        string[] folders = [.. share.Dirty.Keys];
        Array.ForEach(folders, folder => share.Dirty.TryRemove(folder, out _));
        using ShareReader reader = new(share.Share);
        using ShareScan scan = new(share, reader, _stored, null, cancellationToken);
        if (!scan.Run(folders))
        {
            share.ScanDue = ScannedShare.In(RetryAfter);
        }

        share.IsHashed = false;
        share.HashDue = ScannedShare.In(TimeSpan.Zero);
        IndexNames(cancellationToken);
    }

    private void Watch(ScannedShare share)
    {
        try
        {
            share.Watch(
                Files.LocalPath.Resolve(share.Share.Info.Path),
                () => _wake.Writer.TryWrite(true),
                _ =>
                {
                    // Some reports are lost: only a look at everything tells what they were.
                    share.ScanDue = 0;
                    _wake.Writer.TryWrite(true);
                });
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            _log.Detail($"{share.Share.Info.Name} is not watched, only scanned: {e.Message}");
        }
    }
}
