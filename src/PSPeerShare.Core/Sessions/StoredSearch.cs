using System.Runtime.CompilerServices;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Sessions;

/// <summary>Answers a search from what peers have announced. It asks nobody, and says of when each answer is.</summary>
internal sealed class StoredSearch(PeerCatalogs catalogs)
{
    /// <summary>Files of these peers that match, one peer after the other.</summary>
    public async IAsyncEnumerable<SearchResult> FindAsync(
        FindOptions options, IEnumerable<PeerTarget> peers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Looking through much takes a while; whoever reads may go on meanwhile.
        await Task.Yield();
        foreach (PeerTarget peer in peers)
        {
            if (options.Peers.Count > 0 && (peer.NodeId is not { } nodeId || catalogs.Find(nodeId) is null))
            {
                yield return new SearchResult(null, new PeerShareException(PeerError.CatalogUnknown, peer.Text));
            }

            foreach (RemoteFile file in Find(options, peer))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new SearchResult(file, null);
            }
        }
    }

    /// <summary>Peers that have announced a content; whether they still have it only they can say.</summary>
    public IReadOnlySet<NodeId> HoldersOf(ContentHash hash) => catalogs.HoldersOf(hash);

    /// <summary>Files of one peer that match; none of a peer that has announced nothing.</summary>
    public IEnumerable<RemoteFile> Find(FindOptions options, PeerTarget peer) =>
        peer.NodeId is { } nodeId && catalogs.Find(nodeId) is { } catalog
            ? catalogs.Search(catalog, EntryQuery.From(FileSearch.FilterOf(options))).Select(entry => ToFile(entry, peer.Text, nodeId, catalog.AsOf))
            : [];

    private static RemoteFile ToFile(CatalogEntry entry, string peer, NodeId nodeId, DateTimeOffset asOf) => new(
        entry.Name.Name,
        entry.Name.ToString(),
        entry.Name.Share,
        entry.Length,
        UnixTime.ToDateTimeOffset(entry.ModifiedUnixNs),
        entry.Hash,
        peer,
        nodeId,
        IsOnline: false)
    {
        AsOf = asOf,
    };
}
