using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>A trusted peer as the book has it.</summary>
/// <param name="Name">Its name in this book, unique whatever the case.</param>
/// <param name="NodeId">Who it is.</param>
/// <param name="Addresses">Where it is reached, as <c>host:port</c>; the address that worked last comes first.</param>
/// <param name="Allow">What it may do on shares that are not limited to named peers, and with the inbox.</param>
/// <param name="RateLimit">The most it is sent, in bytes a second; null means no limit.</param>
/// <param name="Added">When it was added.</param>
/// <param name="LastSeen">When it was last connected; null means never.</param>
public sealed record PeerInfo(
    string Name,
    NodeId NodeId,
    IReadOnlyList<string> Addresses,
    PeerRights Allow,
    long? RateLimit,
    DateTimeOffset Added,
    DateTimeOffset? LastSeen)
{
    /// <summary>What it may do in single shares besides, for instance by a ticket for one share.</summary>
    public IReadOnlyList<ShareGrant> Grants { get; init; } = [];
}
