using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Hashes short files that a scan has just met and that are not known, while their rows are being written: the look at
/// each was the scan's. Long files, and all when the disk is slow or something is transferred, are left to the hashing
/// that follows.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class FreshFiles(
    ScannedShare share, ShareReader reader, StoredCatalog stored, ContentIndex contents, TransferPause pause, TimeProvider clock)
{
    private const int RunFiles = 512;
    private const int MostFiles = 131_072;

    private const int CheckEvery = 16;

    // A disk that has to seek for each short file: names come first there. Other work may well take a core for a moment.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SlowFile = TimeSpan.FromMilliseconds(0.5);

    private readonly ConcurrentQueue<(string Folder, ArraySegment<EntryRow> Files)> _runs = [];
    private int _waiting;
    private int _left;
    private volatile bool _isOver;

    /// <summary>Whether some file was left out, so that it is not known whether all contents are known.</summary>
    public bool HasLeft => _isOver || Volatile.Read(ref _left) > 0 || !_runs.IsEmpty;

    /// <summary>Whether there are files to hash.</summary>
    public bool HasSome => !_isOver && !_runs.IsEmpty;

    /// <summary>Takes what has changed in a folder.</summary>
    public void Add(string folder, IReadOnlyList<EntryRow> rows)
    {
        EntryRow[] files = [.. rows.Where(row => !row.IsFolder)];
        if (files.Length == 0)
        {
            return;
        }

        if (_isOver)
        {
            Leave(files.Length);
            return;
        }

        if (Interlocked.Add(ref _waiting, files.Length) > MostFiles)
        {
            Interlocked.Add(ref _waiting, -files.Length);
            Leave(files.Length);
            return;
        }

        for (int start = 0; start < files.Length; start += RunFiles)
        {
            _runs.Enqueue((folder, new ArraySegment<EntryRow>(files, start, Math.Min(RunFiles, files.Length - start))));
        }
    }

    /// <summary>Hashes some files; false when there are none.</summary>
    public bool HashSome(CancellationToken cancellationToken)
    {
        if (_isOver || !share.Dirty.IsEmpty || pause.IsCalled || !_runs.TryDequeue(out (string Folder, ArraySegment<EntryRow> Files) run))
        {
            return false;
        }

        Interlocked.Add(ref _waiting, -run.Files.Count);
        if (stored.Ask<List<EntryRow>?>(store => store.Contents.Unknown(run.Files), null) is not { } unknown)
        {
            Leave(run.Files.Count);
            return true;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(GroupLayout.FewestBytes + 1);
        try
        {
            Hash(run.Folder, unknown, buffer.AsSpan(0, GroupLayout.FewestBytes + 1), cancellationToken);
        }
        catch (PeerShareException)
        {
            // The folder went.
            Leave(unknown.Count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return true;
    }

    private void Hash(string path, List<EntryRow> files, Span<byte> buffer, CancellationToken cancellationToken)
    {
        string[] segments = StoredNames.FolderSegments(path);
        bool allFit = CatalogScanner.FitsAnyName(share.Share.Info.Name, segments);
        using ReadableFolder folder = reader.OpenFolder(segments);
        DateTimeOffset readFrom = default;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < files.Count; i++)
        {
            if (i % CheckEvery == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _isOver |= Stopwatch.GetElapsedTime(began) > Slow + (i * SlowFile);
                readFrom = clock.GetUtcNow();
            }

            EntryRow file = files[i];
            FileFacts facts = new(file.Length, file.Modified, unchecked((ulong)file.Device), unchecked((ulong)file.Inode), file.Changed);
            if (!_isOver && allFit && ContentIndex.IsSettled(facts, readFrom)
                && folder.ReadKnown(file.Name, facts, buffer) is >= 0 and int length)
            {
                contents.RememberNew(facts, readFrom, Blake3Hasher.Hash(buffer[..length]));
            }
            else
            {
                Leave(1);
            }
        }
    }

    private void Leave(int files) => Interlocked.Add(ref _left, files);
}
