using System.Collections.Concurrent;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Brings what is stored of one share in step with its folder: each folder is listed and compared with its rows, and
/// the differences are stored many at a time. Unchanged folders cost no writing.
/// </summary>
/// <remarks>Files that are new go on to <see cref="FreshFiles"/>, so that no core waits for the one that writes.</remarks>
internal sealed class ShareScan(
    ScannedShare scanned, ShareReader reader, StoredCatalog stored, FreshFiles? fresh, CancellationToken cancellationToken) : IDisposable
{
    private readonly ConcurrentBag<string> _folders = [];
    private readonly ScanWriter _writer = new(stored);
    private int _open;
    private long _entries;
    private long _files;
    private long _put;
    private volatile bool _hasFailed;

    /// <summary>How many entries were met.</summary>
    public long Entries => Interlocked.Read(ref _entries);

    /// <summary>Whether every file that was met is new or has changed.</summary>
    public bool IsAllNew => Interlocked.Read(ref _files) == Interlocked.Read(ref _put);

    /// <summary>The whole share, on several threads.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="finished">Called as soon as all names are stored, with whether they could be; hashing may go on.</param>
    public void Run(int threads, Action<bool> finished)
    {
        Add("");
        Task finishing = Task.CompletedTask;
        int isListed = 0;
        try
        {
            OwnThreads.Run(threads, worker =>
            {
                bool isSpare = worker > 0 && worker == threads - 1;
                Work(isSpare);
                if (!_hasFailed && Interlocked.Exchange(ref isListed, 1) == 0 && !cancellationToken.IsCancellationRequested)
                {
                    finishing = FinishAsync(finished);
                }

                while (fresh is { HasSome: true } && (GivesWay(isSpare) || fresh.HashSome(cancellationToken)))
                {
                }
            });
        }
        finally
        {
            // What it has failed with comes after what the scan itself has.
            ((IAsyncResult)finishing).AsyncWaitHandle.WaitOne();
        }

        cancellationToken.ThrowIfCancellationRequested();
        finishing.GetAwaiter().GetResult();
    }

    /// <summary>These folders, and what is new below them. False when something could not be stored.</summary>
    public bool Run(IEnumerable<string> folders)
    {
        foreach (string folder in folders)
        {
            Compare(folder, isNewOnly: true);
        }

        Work(isSpare: false);
        return _writer.FinishAsync().GetAwaiter().GetResult();
    }

    public void Dispose() => _writer.Dispose();

    private async Task FinishAsync(Action<bool> finished) => finished(await Task.Run(_writer.FinishAsync, CancellationToken.None));

    private void Add(string folder)
    {
        Interlocked.Increment(ref _open);
        _folders.Add(folder);
    }

    private void Work(bool isSpare)
    {
        SpinWait wait = default;
        while (Volatile.Read(ref _open) > 0 && !cancellationToken.IsCancellationRequested)
        {
            if (GivesWay(isSpare) || (_writer.IsFull && fresh?.HashSome(cancellationToken) == true))
            {
                continue;
            }

            if (!_folders.TryTake(out string? folder))
            {
                wait.SpinOnce(sleep1Threshold: 10);
                continue;
            }

            try
            {
                Compare(folder, isNewOnly: false);
            }
            catch
            {
                // Whoever finds no folder left must not take it for the end of the scan.
                _hasFailed = true;
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    /// <summary>One thread rests while rows are written, which takes a core and is what the end waits for.</summary>
    private bool GivesWay(bool isSpare)
    {
        if (!isSpare || !_writer.IsBusy)
        {
            return false;
        }

        Thread.Sleep(1);
        return true;
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
                _writer.Add(new FolderChange(scanned.Row, folder, [], [], ChangeOf(folder, skips)));
            }

            return;
        }

        Interlocked.Add(ref _entries, there.Count);
        Dictionary<string, EntryRow> before = stored.Ask(store => store.Entries.InFolder(scanned.Row, folder), [])
            .ToDictionary(row => row.Name, StringComparer.Ordinal);
        List<EntryRow> put = [];
        List<string> removed = [];
        int files = 0, putFiles = 0;
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
                files++;
                putFiles += row == now ? 0 : 1;
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

        Interlocked.Add(ref _files, files);
        Interlocked.Add(ref _put, putFiles);
        removed.AddRange(before.Keys);
        fresh?.Add(folder, put);
        _writer.Add(new FolderChange(scanned.Row, folder, put, removed, ChangeOf(folder, skips)));
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
}
