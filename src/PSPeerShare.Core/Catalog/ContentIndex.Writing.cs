using System.Collections.Concurrent;
using System.Threading.Channels;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

// Writing behind: what was remembered gathers for a moment, or until it is much, and goes to the file in one transaction.
internal sealed partial class ContentIndex
{
    private const int MostPending = 200_000;
    private const int BatchRows = 16_384;
    private const long MostPendingTreeBytes = 64 << 20;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(ContentHash Root, long Length), byte[]> _pendingTrees = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _flushing = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private long _pendingTreeBytes;
    private int _pendingRows;
    private volatile bool _isSignalled;
    private long _forgotten;
    private int _isDisposed;

    /// <summary>How often something was forgotten because it could not be written.</summary>
    public long Forgotten => Interlocked.Read(ref _forgotten);

    /// <summary>Writes what is pending now. Who hashes much calls it now and then, so that nothing has to be forgotten.</summary>
    public void Flush()
    {
        lock (_flushing)
        {
            while (!_pending.IsEmpty || !_pendingTrees.IsEmpty)
            {
                FlushBatch();
            }
        }
    }

    // What comes meanwhile may gather again: a transaction for a handful of rows costs as much as one for a thousand.
    private void FlushGathered()
    {
        lock (_flushing)
        {
            while (FlushBatch() == BatchRows)
            {
            }
        }
    }

    private int FlushBatch()
    {
        // In the order of the table, so that they go to its end or near each other.
        KeyValuePair<(long Device, long Inode), ContentRow>[] rows = [.. _pending.Take(BatchRows)];
        Array.Sort(rows, static (one, other) => one.Key.CompareTo(other.Key));
        KeyValuePair<(ContentHash Root, long Length), byte[]>[] trees = [.. _pendingTrees];

        // What cannot be written now is forgotten: it can be had again by reading.
        Interlocked.Add(ref _forgotten, _catalog.Ask(store => Store(store, rows, trees), false) ? 0 : 1);
        Interlocked.Add(ref _pendingRows, -rows.Count(_pending.TryRemove));
        foreach (KeyValuePair<(ContentHash, long), byte[]> tree in trees)
        {
            _pendingTrees.TryRemove(tree);
            Interlocked.Add(ref _pendingTreeBytes, -tree.Value.Length);
        }

        return rows.Length;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await _stop.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(Flush).WaitAsync(EndPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static bool Store(
        CatalogStore store,
        KeyValuePair<(long, long), ContentRow>[] rows,
        KeyValuePair<(ContentHash Root, long Length), byte[]>[] trees)
    {
        store.Contents.Store(
            [.. rows.Select(row => row.Value)],
            [.. trees.Select(tree => (tree.Key.Root.ToArray(), tree.Key.Length, tree.Value))]);
        return true;
    }

    private void KeepTree(Outboard tree)
    {
        if (Interlocked.Read(ref _pendingTreeBytes) < MostPendingTreeBytes
            && _pendingTrees.TryAdd((tree.Root, tree.Layout.Length), tree.Bytes.ToArray()))
        {
            Interlocked.Add(ref _pendingTreeBytes, tree.Bytes.Length);
        }
    }

    private async Task WriteAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _signal.Reader.ReadAsync(_stop.Token);
            _isSignalled = false;
            await _full.Task.WaitAsync(Gathering, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Token.ThrowIfCancellationRequested();
            _full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            FlushGathered();
            PruneWhenDue(_stop.Token);
        }
    }

    // A session that ends right after its last command still keeps what that command learned.
    private void OnProcessExit(object? sender, EventArgs e) => Task.Run(Flush).Wait(EndPatience);
}
