using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

// By content. What is stored names candidates; the file itself and the grant decide.
internal sealed partial class CatalogView
{
    /// <summary>Files that the peer may see and that have this content now, as far as is known without reading them.</summary>
    public IEnumerable<CatalogEntry> Holding(ContentHash root, long? length)
    {
        foreach (WirePath name in contents.SharePathsOf(root, length))
        {
            if (Look(name, root, length) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private CatalogEntry? Look(WirePath name, ContentHash root, long? length)
    {
        try
        {
            using SafeFileHandle handle = OpenRead(name, out FileFacts facts);
            return (length ?? facts.Length) == facts.Length && contents.TryGet(facts, out ContentHash now) && now == root
                ? new CatalogEntry(name, IsFolder: false, facts.Length, facts.ModifiedUnixNs, root)
                : null;
        }
        catch (PeerShareException)
        {
            return null;
        }
    }
}
