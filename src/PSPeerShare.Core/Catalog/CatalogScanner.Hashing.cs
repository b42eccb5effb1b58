using System.Buffers;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

// Hashing in the background, so that later questions are answered without reading.
internal sealed partial class CatalogScanner
{
    private static readonly string s_longestName = new('x', WirePath.MaximumSegmentBytes);

    private const int HashPage = 4096;
    private const int HashRun = 64;

    // One byte more shows a file that is longer.
    private const int ShortBytes = GroupLayout.FewestBytes + 1;

    private enum Outcome
    {
        Known,
        NotYet,
        Never,
    }

    /// <summary>Whether a full share path of any name in a folder fits the wire.</summary>
    internal static bool FitsAnyName(string share, string[] folder) =>
        WirePath.TryCreate([share, .. folder, s_longestName], out _, out _);

    private void Hash(ScannedShare share, CancellationToken cancellationToken)
    {
        share.HashDue = ScannedShare.Never;
        using ShareReader reader = new(share.Share);
        int later = 0, never = 0;
        List<StoredName>? page = Unhashed(share, 0, HashPage);
        if (page is null)
        {
            share.IsHashed = false;
            share.HashDue = ScannedShare.In(RetryAfter);
            return;
        }

        long unhashed = page.Count < HashPage ? page.Count : _stored.Ask(store => store.Entries.CountUnhashed(share.Row), 0);
        Interlocked.Exchange(ref share.Unhashed, unhashed);
        while (page is { Count: > 0 } && share.Dirty.IsEmpty)
        {
            long after = page[^1].Id;
            Task<List<StoredName>?> next = Task.Run(() => Unhashed(share, after, HashPage), CancellationToken.None);
            try
            {
                OwnThreads.ForEach(
                    Environment.ProcessorCount,
                    RunsOf(page),
                    run =>
                    {
                        (int runLater, int runNever) = HashFolder(share, reader, run, cancellationToken);
                        Interlocked.Add(ref later, runLater);
                        Interlocked.Add(ref never, runNever);
                        Interlocked.Add(ref share.Unhashed, runLater + runNever - run.Count);
                    },
                    cancellationToken);
            }
            finally
            {
                next.Wait(CancellationToken.None);
            }

            page = next.Result;
        }

        _contents.Flush();

        // What could not be stored shows here.
        share.IsHashed = later + never == 0 && share.Dirty.IsEmpty && _stored.Problem is null
            && (unhashed == 0 || Unhashed(share, 0, 1) is { Count: 0 });
        if (later > 0 || !share.Dirty.IsEmpty)
        {
            share.HashDue = ScannedShare.In(ContentIndex.Settling + Tick);
        }
    }

    private List<StoredName>? Unhashed(ScannedShare share, long after, int most) =>
        _stored.Ask<List<StoredName>?>(store => store.Entries.Unhashed(share.Row, after, most), null);

    /// <summary>The names of one folder that follow each other, a few at a time: it is opened once for them.</summary>
    private static List<ArraySegment<StoredName>> RunsOf(List<StoredName> page)
    {
        StoredName[] names = [.. page];
        List<ArraySegment<StoredName>> runs = [];
        for (int start = 0, end; start < names.Length; start = end)
        {
            end = start + 1;
            while (end < names.Length && end - start < HashRun && names[end].Folder == names[start].Folder)
            {
                end++;
            }

            runs.Add(new ArraySegment<StoredName>(names, start, end - start));
        }

        return runs;
    }

    private (int Later, int Never) HashFolder(
        ScannedShare share, ShareReader reader, ArraySegment<StoredName> run, CancellationToken cancellationToken)
    {
        int later = 0, never = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ShortBytes);
        try
        {
            string[] segments = StoredNames.FolderSegments(run[0].Folder);
            bool allFit = FitsAnyName(run[0].Share, segments);
            using ReadableFolder folder = reader.OpenFolder(segments);
            foreach (StoredName name in run)
            {
                _pause.Wait(cancellationToken);
                Outcome outcome = reader.IsExcluded(name.Name) || (!allFit && StoredNames.ToWirePath(name) is null)
                    ? Outcome.Never
                    : TryHash(share, folder, name, buffer.AsSpan(0, ShortBytes), cancellationToken);
                later += outcome == Outcome.NotYet ? 1 : 0;
                never += outcome == Outcome.Never ? 1 : 0;
            }

            return (later, never);
        }
        catch (PeerShareException e)
        {
            // The folder itself.
            Outcome outcome = e.Error == PeerError.FileNotFound ? Stale(share, run[0]) : Outcome.Never;
            return outcome == Outcome.Never ? (0, run.Count) : (run.Count, 0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Outcome TryHash(
        ScannedShare share, ReadableFolder folder, in StoredName name, Span<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            // Where a walk sees the identity, that the file is listed here means that it is not known.
            DateTimeOffset readFrom = DateTimeOffset.UtcNow;
            if (!OperatingSystem.IsWindows() && folder.ReadShort(name.Name, buffer, out FileFacts facts) is >= 0 and int length)
            {
                if (!ContentIndex.IsSettled(facts, readFrom))
                {
                    return WhenSettled(facts, readFrom);
                }

                _contents.RememberNew(facts, readFrom, Blake3Hasher.Hash(buffer[..length]));
            }
            else
            {
                using SafeFileHandle handle = folder.OpenRead(name.Name, out facts);

                // Hashed now it would not be kept; one with a time in the future never is.
                if (!ContentIndex.IsSettled(facts, readFrom))
                {
                    return WhenSettled(facts, readFrom);
                }

                ContentHash? hash = OperatingSystem.IsWindows()
                    ? FileHashing.HashUnchanged(_contents, handle, facts, cancellationToken)
                    : FileHashing.ReadUnchanged(_contents, handle, facts, cancellationToken);
                if (hash is null)
                {
                    return Outcome.NotYet;
                }
            }

            // A look at the file may see more of its identity than a walk, or another state.
            return OperatingSystem.IsWindows() || facts.Length != name.Length || facts.ModifiedUnixNs != name.Modified
                ? Correct(share, name, facts)
                : Outcome.Known;
        }
        catch (PeerShareException e)
        {
            return e.Error == PeerError.FileNotFound ? Stale(share, name) : Outcome.Never;
        }
    }

    private static Outcome WhenSettled(FileFacts facts, DateTimeOffset now) =>
        ContentIndex.IsSettled(facts, now + (2 * ContentIndex.Settling)) ? Outcome.NotYet : Outcome.Never;

    private static Outcome Stale(ScannedShare share, StoredName name)
    {
        share.Dirty[name.Folder] = true;
        return Outcome.NotYet;
    }

    private Outcome Correct(ScannedShare share, StoredName name, FileFacts facts)
    {
        EntryRow row = new(
            name.Name, false, facts.Length, facts.ModifiedUnixNs, facts.ChangedUnixNs, unchecked((long)facts.Device), unchecked((long)facts.Inode));
        return _stored.Ask(
            store =>
            {
                store.Entries.Apply([new FolderChange(share.Row, name.Folder, [row], [])]);
                return Outcome.Known;
            },
            Outcome.Never);
    }
}
