using PSPeerShare.Core.Files;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

// Forgetting: contents of files that are gone, and trees that no file needs, would otherwise stay for ever.
internal sealed partial class ContentIndex
{
    /// <summary>What was learned so long ago is looked at again.</summary>
    public static readonly TimeSpan KeptUnseen = TimeSpan.FromDays(90);

    private const int PrunePage = 4096;

    private static readonly TimeSpan PruneEvery = TimeSpan.FromDays(7);

    /// <summary>
    /// Once a week, whichever process of the home comes first: forgets what was learned long ago of files that no share
    /// has, unless the file is still where it was received, and then the trees of contents that are not known any more.
    /// </summary>
    internal void PruneWhenDue(CancellationToken cancellationToken)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (!_catalog.Ask(store => store.Contents.TryBeginPruning(now, now - PruneEvery), false))
        {
            return;
        }

        (long Device, long Inode) after = (long.MinValue, long.MinValue);
        while (!cancellationToken.IsCancellationRequested)
        {
            List<(ContentRow Row, bool IsOld)> page =
                _catalog.Ask(store => store.Contents.Page(after.Device, after.Inode, now - KeptUnseen, PrunePage), []);
            if (page.Count == 0)
            {
                break;
            }

            after = (page[^1].Row.Device, page[^1].Row.Inode);
            ILookup<bool, ContentRow> isThere = page.Where(p => p.IsOld).Select(p => p.Row).ToLookup(IsWhereItWas);
            if (isThere.Count > 0)
            {
                _catalog.Ask(store => store.Contents.Prune([.. isThere[false]], [.. isThere[true]], now), false);
            }
        }

        // A tree may be written a moment before the file that has it.
        lock (_flushing)
        {
            _catalog.Ask(store => store.Contents.PruneTrees(), false);
        }
    }

    private static bool IsWhereItWas(ContentRow row)
    {
        if (row.Path is null)
        {
            return false;
        }

        try
        {
            using SafeRoot folder = SafeRoot.Open(LocalPath.FolderOf(row.Path));
            return folder.TryStat([LocalPath.NameOf(row.Path)], out EntryFacts there) && !there.IsFolder
                && KeyOf(there.Facts) == (row.Device, row.Inode)
                && there.Facts.Length == row.Length
                && there.Facts.ModifiedUnixNs == row.Modified
                && there.Facts.ChangedUnixNs == row.Changed;
        }
        catch (PeerShareException)
        {
            return false;
        }
    }
}
