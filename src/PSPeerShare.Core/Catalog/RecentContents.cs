using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Remembers, for the life of the process, the trees of the large files that were read last. It holds states of files
/// and contents, and no names: whoever looks for a content looks through the shares.
/// </summary>
internal sealed class RecentContents : IContentIndex
{
    /// <summary>Below this, reading a file again costs less than keeping its tree.</summary>
    private const long SmallestBytes = 1024 * 1024;

    private const int MostFiles = 4096;
    private const long MostTreeBytes = 64L * 1024 * 1024;
    private const long NsPerMs = 1_000_000;
    private const long RacyNs = 2000 * NsPerMs;

    private readonly Lock _gate = new();
    private readonly Dictionary<FileFacts, ContentHash> _roots = [];
    private readonly Dictionary<(ContentHash Root, long Length), Outboard> _trees = [];
    private readonly Queue<FileFacts> _order = [];
    private long _treeBytes;

    public bool TryGet(FileFacts facts, out ContentHash root)
    {
        lock (_gate)
        {
            return _roots.TryGetValue(facts, out root);
        }
    }

    public Outboard? TreeOf(ContentHash root, long length)
    {
        lock (_gate)
        {
            return _trees.GetValueOrDefault((root, length));
        }
    }

    public void Remember(FileFacts facts, DateTimeOffset readFrom, ContentHash root, Outboard? tree = null)
    {
        long changed = Math.Max(facts.ModifiedUnixNs, facts.ChangedUnixNs);
        if (facts.Length >= SmallestBytes && changed < (readFrom.ToUnixTimeMilliseconds() * NsPerMs) - RacyNs)
        {
            Keep(facts, root, tree);
        }
    }

    public void RememberWritten(FileFacts facts, ContentHash root, Outboard? tree, string localPath)
    {
        if (facts.Length >= SmallestBytes)
        {
            Keep(facts, root, tree);
        }
    }

    public IReadOnlyList<WirePath> SharePathsOf(ContentHash root, long length) => [];

    public IReadOnlyList<string> LocalPathsOf(ContentHash root, long length) => [];

    private void Keep(FileFacts facts, ContentHash root, Outboard? tree)
    {
        lock (_gate)
        {
            if (_roots.TryAdd(facts, root))
            {
                _order.Enqueue(facts);
            }

            if (tree is not null && _trees.TryAdd((root, facts.Length), tree))
            {
                _treeBytes += tree.Bytes.Length;
            }

            while (_order.Count > 1 && (_order.Count > MostFiles || _treeBytes > MostTreeBytes))
            {
                Forget(_order.Dequeue());
            }
        }
    }

    private void Forget(FileFacts oldest)
    {
        if (_roots.Remove(oldest, out ContentHash root) && _trees.Remove((root, oldest.Length), out Outboard? tree))
        {
            _treeBytes -= tree.Bytes.Length;
        }
    }
}
