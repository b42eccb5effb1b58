using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Node;

/// <summary>A node that can be seen now.</summary>
/// <param name="Seen">What it says of itself.</param>
/// <param name="Book">Its entry in the peer book, or <see langword="null"/> when it is not trusted.</param>
public sealed record FoundPeer(SeenPeer Seen, PeerInfo? Book);
