namespace PSPeerShare.Core.Storage;

/// <summary>Which transfers to list; what is null does not limit.</summary>
internal sealed record TransferQuery
{
    public string? Id { get; init; }

    public string? Status { get; init; }

    public byte[]? Peer { get; init; }

    /// <summary>Only those that started later.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>At most this many, the newest.</summary>
    public int Limit { get; init; } = int.MaxValue;
}
