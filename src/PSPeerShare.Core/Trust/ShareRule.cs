using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>What Trust needs to know of a share.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="OnlyPeers">The peers it is limited to; null means every trusted peer.</param>
internal sealed record ShareRule(string Name, IReadOnlyList<NodeId>? OnlyPeers);
