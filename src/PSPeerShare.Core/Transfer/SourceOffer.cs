using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>Someone who says that it has a content. Only its bytes prove it.</summary>
/// <param name="Peer">What the user calls it.</param>
/// <param name="NodeId">Who it is.</param>
/// <param name="Name">The content's name there.</param>
/// <param name="Connect">Opens a session with it, or takes one that is open.</param>
internal sealed record SourceOffer(string Peer, NodeId NodeId, WirePath Name, Func<CancellationToken, Task<PeerSession>> Connect);
