namespace PSPeerShare.Core.Storage;

/// <summary>A peer as it is stored. Addresses are <c>host:port</c>, the one that last worked first.</summary>
internal sealed record PeerRow(
    byte[] NodeId,
    string Name,
    int Allow,
    long? RateLimit,
    DateTimeOffset Added,
    DateTimeOffset? LastSeen,
    IReadOnlyList<string> Addresses);
