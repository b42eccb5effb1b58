using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>What this node has of a peer's catalog.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Peer">Whose it is.</param>
/// <param name="AsOf">When it was last known to be true, by this node's clock.</param>
/// <param name="Entries">Files.</param>
internal sealed record KnownCatalog(long Id, NodeId Peer, DateTimeOffset AsOf, long Entries);
