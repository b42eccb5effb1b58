namespace PSPeerShare.Core.Trust;

/// <summary>What to change of a peer; null leaves as it is.</summary>
public sealed record PeerChange
{
    /// <summary>The new name.</summary>
    public string? Name { get; init; }

    /// <summary>The new addresses, as <c>host</c> or <c>host:port</c>, best first.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>The peer's rights from now on. They take the place of grants for single shares, too.</summary>
    public PeerRights? Allow { get; init; }

    /// <summary>Bytes a second; 0 takes the limit away.</summary>
    public long? RateLimit { get; init; }
}
