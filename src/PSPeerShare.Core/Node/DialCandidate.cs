namespace PSPeerShare.Core.Node;

/// <summary>One place where a peer may be.</summary>
/// <param name="Address"><c>host:port</c>, or a relay's address.</param>
/// <param name="Path">Who says so.</param>
internal sealed record DialCandidate(string Address, PeerPath Path);
