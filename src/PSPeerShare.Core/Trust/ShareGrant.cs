namespace PSPeerShare.Core.Trust;

/// <summary>What a peer may do in one share beyond its general rights.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="Path">The path below the share to which it is limited; null means the whole share.</param>
/// <param name="Allow">The rights.</param>
public sealed record ShareGrant(string Share, string? Path, PeerRights Allow);
