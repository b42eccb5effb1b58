using System.Collections.Concurrent;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Brings what is stored of one share in step with its folder: each folder is listed and compared with its rows, and
/// the differences are stored many at a time. Unchanged folders cost no writing.
/// </summary>
internal sealed class ShareScan(ScannedShare scanned, ShareReader reader, StoredCatalog stored, CancellationToken cancellationToken)
{
    private const int BatchRows = 16_384;

    private readonly ConcurrentBag<string> _folders = [];
    private readonly Lock _gate = new();
    private List<FolderChange> _changes = [];
    private int _rows;
    private int _open;
    private long _entries;
    private volatile bool _isLost;

    /// <summary>How many entries were met.</summary>
    public long Entries => Interlocked.Read(ref _entries);

    /// <summary>The whole share, on several threads. False when something could not be stored.</summary>
    public bool Run(int threads)
    {
        Add("");
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, _ => Work());
        cancellationToken.ThrowIfCancellationRequested();
        Store(0);
        return !_isLost;
    }

    /// <summary>These folders, and what is new below them. False when something could not be stored.</summary>
    public bool Run(IEnumerable<string> folders)
    {
        foreach (string folder in folders)
        {
            Compare(folder, isNewOnly: true);
        }

        Work();
        Store(0);
        return !_isLost;
    }

    private void Add(string folder)
    {
        Interlocked.Increment(ref _open);
        _folders.Add(folder);
    }

    private void Work()
    {
        SpinWait wait = default;
        while (Volatile.Read(ref _open) > 0 && !cancellationToken.IsCancellationRequested)
        {
            if (!_folders.TryTake(out string? folder))
            {
                wait.SpinOnce(sleep1Threshold: 10);
                continue;
            }

            try
            {
                Compare(folder, isNewOnly: false);
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    private void Compare(string folder, bool isNewOnly)
    {
        List<FolderEntry> there;
        EntrySkips skips = new();
        try
        {
            there = [.. reader.Entries(StoredNames.FolderSegments(folder), skips)];
        }
        catch (PeerShareException e) when (folder.Length > 0)
        {
            // Gone, which its own folder tells, or unreadable for now.
            if (e.Error == PeerError.FileNotReadable)
            {
                skips.AddUnreadable();
                Take(new FolderChange(scanned.Row, folder, [], [], ChangeOf(folder, skips)));
            }

            return;
        }

        Interlocked.Add(ref _entries, there.Count);
        Dictionary<string, EntryRow> before = stored.Ask(store => store.Entries.InFolder(scanned.Row, folder), [])
            .ToDictionary(row => row.Name, StringComparer.Ordinal);
        List<EntryRow> put = [];
        List<string> removed = [];
        foreach (FolderEntry entry in there)
        {
            before.Remove(entry.Name, out EntryRow? row);
            EntryRow now = ToRow(entry, row);
            if (row != now)
            {
                put.Add(now);
                if (row is { IsFolder: true } && !now.IsFolder)
                {
                    removed.Add(row.Name);
                }
            }

            if (!entry.IsFolder)
            {
                continue;
            }

            if (!FitsWire(folder, entry.Name))
            {
                skips.AddUnnameable();
            }
            else if (!isNewOnly || row is null)
            {
                Add(folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}");
            }
        }

        removed.AddRange(before.Keys);
        Take(new FolderChange(scanned.Row, folder, put, removed, ChangeOf(folder, skips)));
    }

    /// <summary>What was passed over in a folder, when something else is stored of it.</summary>
    private SkippedRow? ChangeOf(string folder, EntrySkips skips)
    {
        SkippedRow now = new(skips.Links, skips.Special, skips.Undecodable, skips.Unnameable, skips.Unreadable);
        return stored.Ask(store => store.Entries.SkippedIn(scanned.Row, folder), default) == now ? null : now;
    }

    private bool FitsWire(string folder, string name) =>
        WirePath.TryCreate([scanned.Share.Info.Name, .. StoredNames.FolderSegments(folder), name, "x"], out _, out _);

    /// <summary>Where a walk does not see the identity, the one that an earlier look has found stays with an unchanged file.</summary>
    private static EntryRow ToRow(FolderEntry entry, EntryRow? before)
    {
        FileFacts facts = entry.Facts;
        EntryRow now = entry.IsFolder
            ? new EntryRow(entry.Name, true, 0, entry.ModifiedUnixNs, 0, 0, 0)
            : new EntryRow(
                entry.Name, false, entry.Length, entry.ModifiedUnixNs, facts.ChangedUnixNs, unchecked((long)facts.Device), unchecked((long)facts.Inode));
        return facts.Inode == 0 && before is { IsFolder: false } && before.Length == now.Length && before.Modified == now.Modified && !now.IsFolder
            ? before
            : now;
    }

    private void Take(FolderChange change)
    {
        int rows = change.Put.Count + change.Removed.Count + (change.Skipped is null ? 0 : 1);
        if (rows == 0)
        {
            return;
        }

        lock (_gate)
        {
            _changes.Add(change);
            _rows += rows;
        }

        Store(BatchRows);
    }

    private void Store(int least)
    {
        List<FolderChange> changes;
        lock (_gate)
        {
            if (_changes.Count == 0 || _rows < least)
            {
                return;
            }

            (changes, _changes, _rows) = (_changes, [], 0);
        }

        bool isStored = stored.Ask(
            store =>
            {
                store.Entries.Apply(changes);
                return true;
            },
            false);
        _isLost |= !isStored;
    }
}
