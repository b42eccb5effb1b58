using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>The shares as a peer's grants let it see them.</summary>
internal sealed class GrantedCatalog(
    ShareRegistry shares, Func<NodeId, PeerRights, IShareAccess> access, IContentIndex contents, EntryIndex? stored = null)
{
    public GrantedCatalog(ShareRegistry shares, Grants grants, IContentIndex contents, EntryIndex? stored = null)
        : this(shares, (peer, right) => new Access(grants, peer, right), contents, stored)
    {
    }

    /// <summary>A view for one request of <paramref name="peer"/>; the grant is asked at each use.</summary>
    public CatalogView For(NodeId peer, PeerRights right) => new(shares, access(peer, right), contents, stored);

    /// <summary>What a peer may do with the shares; the grant is asked at each use.</summary>
    public IShareAccess AccessOf(NodeId peer, PeerRights right) => access(peer, right);

    private sealed class Access(Grants grants, NodeId peer, PeerRights right) : IShareAccess
    {
        public bool May(ServedShare share, WirePath name) => grants.May(peer, RuleOf(share), name, right);

        public IReadOnlyList<WirePath> PlacesIn(ServedShare share) => grants.PlacesIn(peer, RuleOf(share), right);

        private static ShareRule RuleOf(ServedShare share) => new(share.Info.Name, share.Info.Peers);
    }
}
