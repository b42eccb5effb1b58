using PSPeerShare.Core.Node;

namespace PSPeerShare.Core;

// What is known of peers' files without asking anybody.
public sealed partial class PeerNode
{
    /// <summary>Whether any peer of the book has announced what it shares, so that there is something stored to search.</summary>
    public bool HasStoredCatalogs => GetPeers().Any(peer => _services.Catalogs.Find(peer.NodeId) is not null);

    /// <summary>
    /// The share paths of a peer that go on from a text, one folder deep: folders end in <c>/</c>. They come from what
    /// the peer has announced; nobody is asked.
    /// </summary>
    /// <param name="peer">Whose files.</param>
    /// <param name="typed">The beginning of a share path; case does not matter in its last part.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">Ends it; what was found so far is told.</param>
    public IReadOnlyList<string> StoredPaths(PeerTarget peer, string typed, int most, CancellationToken cancellationToken)
    {
        if (peer.NodeId is not { } nodeId || _services.Catalogs.Find(nodeId) is not { } catalog)
        {
            return [];
        }

        int cut = typed.LastIndexOf('/') + 1;
        string above = typed[..cut];
        return
        [
            .. _services.Catalogs.Below(catalog, above.TrimEnd('/'), typed[cut..], cancellationToken)
                .Take(most)
                .Select(name => above + name),
        ];
    }
}
