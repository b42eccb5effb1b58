using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>The shares as a peer's grants let it see them.</summary>
internal sealed class GrantedCatalog(ShareRegistry shares, Grants grants)
{
    /// <summary>A view for one request of <paramref name="peer"/>; the grant is asked at each use.</summary>
    public CatalogView For(NodeId peer, PeerRights right) =>
        new(shares, share => grants.May(peer, new ShareRule(share.Info.Name, share.Info.Peers), right));
}
