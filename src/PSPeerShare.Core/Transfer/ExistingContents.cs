using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// What the files of an inbox hold that an offer is compared with. Each is read once for an offer of whatever length,
/// also when it is too young for the index to keep its hash.
/// </summary>
/// <remarks>One caller at a time.</remarks>
internal sealed class ExistingContents(SafeRoot inbox, IContentIndex contents, SlowWork hashing, NodeId peer)
{
    private readonly Dictionary<FileFacts, ContentHash?> _read = [];

    /// <summary>The file's hash; <see langword="null"/> when it cannot be read or changes meanwhile.</summary>
    public async ValueTask<ContentHash?> HashOfAsync(string[] target, CancellationToken cancellationToken)
    {
        try
        {
            if (!inbox.TryStat(target, out EntryFacts there) || there.IsFolder)
            {
                return null;
            }

            if (contents.TryGet(there.Facts, out ContentHash known))
            {
                return known;
            }

            if (!_read.TryGetValue(there.Facts, out ContentHash? hash))
            {
                hash = await hashing.RunAsync(peer, () => Read(target, cancellationToken), cancellationToken);
                _read[there.Facts] = hash;
            }

            return hash;
        }
        catch (PeerShareException)
        {
            return null;
        }
    }

    private ContentHash? Read(string[] target, CancellationToken cancellationToken)
    {
        using SafeFileHandle handle = inbox.OpenRead(target, out FileFacts facts);
        return FileHashing.HashUnchanged(contents, handle, facts, cancellationToken);
    }
}
