namespace PSPeerShare.Core.Node;

/// <summary>One address that was tried and did not lead to the peer.</summary>
/// <param name="Address"><c>host:port</c>, or a relay's address.</param>
/// <param name="Path">How it became known.</param>
/// <param name="Error">Why it failed.</param>
public sealed record DialAttempt(string Address, PeerPath Path, PeerShareException Error);
