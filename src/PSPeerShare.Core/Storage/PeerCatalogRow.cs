namespace PSPeerShare.Core.Storage;

/// <summary>A peer's catalog as this node has it.</summary>
/// <param name="Id">The row.</param>
/// <param name="Node">The peer.</param>
/// <param name="Epoch">Which catalog of the peer it is; the peer's own mark.</param>
/// <param name="Sequence">Changes up to this number are in it.</param>
/// <param name="AsOf">When it was last known to be true, by this node's clock.</param>
/// <param name="Entries">Files.</param>
/// <param name="Bytes">What they take, as <see cref="PeerFileRow.Cost"/> counts it.</param>
internal sealed record PeerCatalogRow(long Id, byte[] Node, byte[] Epoch, long Sequence, DateTimeOffset AsOf, long Entries, long Bytes);
