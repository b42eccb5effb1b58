namespace PSPeerShare.Core.Trust;

/// <summary>What to change of a peer; null leaves as it is.</summary>
internal sealed record PeerChange
{
    public string? Name { get; init; }

    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>The peer's rights from now on. They take the place of grants for single shares, too.</summary>
    public PeerRights? Allow { get; init; }

    /// <summary>Bytes a second; 0 takes the limit away.</summary>
    public long? RateLimit { get; init; }
}
