using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>
/// What peers have announced, as this node keeps it: taken in whole, looked through, and forgotten. It knows no
/// connection and asks nobody; whether a peer is still trusted is for its caller to say.
/// </summary>
/// <remarks>Any thread. Where the catalog's file cannot be used, nothing is known.</remarks>
internal sealed class PeerCatalogs(StoredCatalog stored, TimeProvider clock)
{
    private const int FirstPage = 256;
    private const int LargestPage = 4096;
    private const int MostHolding = 1024;
    private const int MostLookedAt = 4096;

    /// <summary>The most that is kept; smaller in tests.</summary>
    public CatalogBounds Bounds { get; init; } = CatalogBounds.Default;

    /// <summary>What is kept of a peer, or <see langword="null"/>.</summary>
    public KnownCatalog? Find(NodeId peer) => stored.Ask(store => store.Peers.Find(peer.ToArray()), null) is { } row ? ToKnown(row) : null;

    /// <summary>What is kept.</summary>
    public IReadOnlyList<KnownCatalog> List() => [.. stored.Ask(store => store.Peers.List(), []).Select(ToKnown)];

    /// <summary>Takes in what a peer announces from now on.</summary>
    public CatalogReceiver Receive(NodeId peer) => new(peer, stored, clock, Bounds);

    /// <summary>Forgets a peer's catalog; false when there was none.</summary>
    public bool Forget(NodeId peer) => Forget([peer.ToArray()]);

    /// <summary>Forgets everyone who is not among these, and what is left of catalogs that were replaced.</summary>
    public IReadOnlyList<NodeId> ForgetOthers(IReadOnlySet<NodeId> kept)
    {
        NodeId[] others = [.. stored.Ask(store => store.Peers.Nodes(), []).Select(node => NodeId.FromBytes(node)).Where(node => !kept.Contains(node))];
        Forget(others.Select(node => node.ToArray()));
        return others;
    }

    /// <summary>Files of a peer that match, as they were when its catalog was last true.</summary>
    public IEnumerable<CatalogEntry> Search(KnownCatalog catalog, EntryQuery query)
    {
        IEnumerable<PeerFileRow> rows = query.Hash is { } hash
            ? stored.Ask(store => store.Peers.Holding(catalog.Id, hash.ToArray(), MostHolding), [])
            : Pages(catalog.Id, EntryIndex.LikeOf(query.Names));
        return rows.Select(ToEntry).OfType<CatalogEntry>().Where(query.Accepts);
    }

    /// <summary>The names in a folder of a peer that begin with a text, folders first and with a <c>/</c> at their end.</summary>
    public IEnumerable<string> Below(KnownCatalog catalog, string folder, string beginning, CancellationToken cancellationToken)
    {
        // A step a folder, over those of its siblings: paths of what is below it lie together.
        HashSet<string> told = new(StringComparer.Ordinal);
        string prefix = folder.Length == 0 ? "" : folder + "/";
        string after = prefix;
        while (!cancellationToken.IsCancellationRequested
            && stored.Ask(store => store.Peers.FolderAfter(catalog.Id, after), null) is { } path
            && path.StartsWith(prefix, StringComparison.Ordinal))
        {
            string name = path[prefix.Length..].Split('/')[0];
            if (name.Length > 0 && told.Add(name) && name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                yield return name + "/";
            }

            // What comes after '/' is '0': past all that is below it, or past the folder alone, whose siblings may come before.
            after = path.Length > prefix.Length + name.Length ? $"{prefix}{name}0" : path + '\u0001';
        }

        foreach (string name in stored.Ask(store => store.Peers.NamesIn(catalog.Id, folder, beginning, LargestPage), []))
        {
            yield return name;
        }
    }

    /// <summary>
    /// Peers that have announced a content. It says whom to ask first and no more: the file may be gone since, and others
    /// may have it as well.
    /// </summary>
    public IReadOnlySet<NodeId> HoldersOf(ContentHash hash) =>
        stored.Ask(store => store.Peers.HoldersOf(hash.ToArray(), MostLookedAt), []).Select(node => NodeId.FromBytes(node)).ToHashSet();

    private static KnownCatalog ToKnown(PeerCatalogRow row) => new(row.Id, NodeId.FromBytes(row.Node), row.AsOf, row.Entries);

    private static CatalogEntry? ToEntry(PeerFileRow row) =>
        WirePath.TryCreate([.. StoredNames.FolderSegments(row.Folder), row.Name], out WirePath? name, out _)
            ? new CatalogEntry(name, IsFolder: false, row.Length, row.Modified, row.Root is null ? null : ContentHash.FromBytes(row.Root))
            : null;

    private IEnumerable<PeerFileRow> Pages(long catalog, string? like)
    {
        (string Folder, string Name) after = ("", "");
        for (int size = FirstPage; ; size = Math.Min(4 * size, LargestPage))
        {
            (string, string) from = after;
            int most = size;
            List<PeerFileRow> page = stored.Ask(store => store.Peers.Page(catalog, like, from, most), []);
            foreach (PeerFileRow row in page)
            {
                yield return row;
            }

            if (page.Count < size)
            {
                yield break;
            }

            after = (page[^1].Folder, page[^1].Name);
        }
    }

    private bool Forget(IEnumerable<byte[]> nodes) => stored.Ask(
        store =>
        {
            bool isAny = false;
            foreach (byte[] node in nodes)
            {
                isAny |= store.Peers.Drop(node);
            }

            CatalogReceiver.SweepAll(store);
            return isAny;
        },
        false);
}
