using System.Collections.Concurrent;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Stores what a scan finds, many rows a transaction, on a thread of its own as soon as there are many: SQLite writes
/// on one, and the scan goes on meanwhile. It knows nothing of files.
/// </summary>
/// <remarks>Any thread may add; one finishes.</remarks>
internal sealed class ScanWriter(StoredCatalog stored) : IDisposable
{
    private const int BatchRows = 16_384;
    private const int MostBatches = 2;

    private readonly BlockingCollection<List<FolderChange>> _batches = new(MostBatches);
    private readonly Lock _gate = new();
    private List<FolderChange> _changes = [];
    private Task? _writing;
    private int _rows;
    private volatile bool _isWriting;
    private volatile bool _isLost;

    /// <summary>Whether rows are being written or wait for it.</summary>
    public bool IsBusy => _isWriting || _batches.Count > 0;

    /// <summary>Whether adding may have to wait.</summary>
    public bool IsFull => _batches.Count >= MostBatches;

    /// <summary>Takes a change, and waits while too many are not stored yet.</summary>
    public void Add(FolderChange change)
    {
        int rows = change.Put.Count + change.Removed.Count + (change.Skipped is null ? 0 : 1);
        if (rows == 0)
        {
            return;
        }

        List<FolderChange> batch;
        lock (_gate)
        {
            _changes.Add(change);
            _rows += rows;
            if (_rows < BatchRows)
            {
                return;
            }

            (batch, _changes, _rows) = (_changes, [], 0);
            _writing ??= Task.Factory.StartNew(WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        _batches.Add(batch);
    }

    /// <summary>Ends once everything is stored; false when something could not be. Nothing is added any more.</summary>
    public async Task<bool> FinishAsync()
    {
        if (_writing is null)
        {
            Store(_changes);
        }
        else
        {
            _batches.Add(_changes);
            _batches.CompleteAdding();
            await _writing;
        }

        _changes = [];
        return !_isLost;
    }

    public void Dispose()
    {
        // Where the scan has failed, what it had found is stored still.
        _batches.CompleteAdding();
        _writing?.Wait();
        _batches.Dispose();
    }

    private void WriteAll()
    {
        foreach (List<FolderChange> batch in _batches.GetConsumingEnumerable())
        {
            try
            {
                Store(batch);
            }
            catch (Exception)
            {
                // Whatever it is: who adds must not wait for ever, and hears in the end that something is missing.
                (_isLost, _isWriting) = (true, false);
            }
        }
    }

    private void Store(List<FolderChange> batch)
    {
        _isWriting = true;
        _isLost |= batch.Count > 0 && !stored.Ask(
            store =>
            {
                store.Entries.Apply(batch);
                return true;
            },
            false);
        _isWriting = false;
    }
}
