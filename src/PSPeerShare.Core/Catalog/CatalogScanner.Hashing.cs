using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

// Hashing in the background, so that later questions are answered without reading.
internal sealed partial class CatalogScanner
{
    private const int HashPage = 1024;

    private enum Outcome
    {
        Known,
        NotYet,
        Never,
    }

    private void Hash(ScannedShare share, CancellationToken cancellationToken)
    {
        share.HashDue = DateTimeOffset.MaxValue;
        using ShareReader reader = new(share.Share);
        Interlocked.Exchange(ref share.Unhashed, _stored.Ask(store => store.Entries.CountUnhashed(share.Row), 0));
        int later = 0, never = 0;
        long after = 0;
        while (share.Dirty.IsEmpty)
        {
            long from = after;
            List<StoredName> page = Unhashed(share, from, HashPage);
            if (page.Count == 0)
            {
                break;
            }

            after = page[^1].Id;
            ParallelOptions options = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
            Parallel.ForEach(page, options, name =>
            {
                _pause.Wait(cancellationToken);
                switch (TryHash(share, reader, name, cancellationToken))
                {
                    case Outcome.NotYet:
                        Interlocked.Increment(ref later);
                        break;
                    case Outcome.Never:
                        Interlocked.Increment(ref never);
                        break;
                    default:
                        Interlocked.Decrement(ref share.Unhashed);
                        break;
                }
            });
        }

        _contents.Flush();

        // What could not be stored shows here.
        share.IsHashed = later + never == 0 && share.Dirty.IsEmpty && _stored.Problem is null && Unhashed(share, 0, 1).Count == 0;
        if (later > 0 || !share.Dirty.IsEmpty)
        {
            share.HashDue = DateTimeOffset.UtcNow + ContentIndex.Settling + Tick;
        }
    }

    private List<StoredName> Unhashed(ScannedShare share, long after, int most) =>
        _stored.Ask(store => store.Entries.Unhashed(share.Row, after, most), []);

    private Outcome TryHash(ScannedShare share, ShareReader reader, StoredName name, CancellationToken cancellationToken)
    {
        if (StoredNames.ToWirePath(name) is not { } path)
        {
            return Outcome.Never;
        }

        try
        {
            using SafeFileHandle handle = reader.OpenRead(path, out FileFacts facts);

            // Hashed now it would not be kept; one with a time in the future never is.
            DateTimeOffset now = DateTimeOffset.UtcNow;
            if (!ContentIndex.IsSettled(facts, now))
            {
                return ContentIndex.IsSettled(facts, now + (2 * ContentIndex.Settling)) ? Outcome.NotYet : Outcome.Never;
            }

            // Where a walk sees the identity, that the file is listed here means that it is not known.
            ContentHash? hash = OperatingSystem.IsWindows()
                ? FileHashing.HashUnchanged(_contents, handle, facts, cancellationToken)
                : FileHashing.ReadUnchanged(_contents, handle, facts, cancellationToken);
            if (hash is null)
            {
                return Outcome.NotYet;
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
