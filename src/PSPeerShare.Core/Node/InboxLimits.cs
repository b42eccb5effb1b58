namespace PSPeerShare.Core.Node;

/// <summary>How much each peer may leave in its folder of the inbox.</summary>
public sealed record InboxLimits
{
    /// <summary>Bytes of one peer; <see langword="null"/> is no limit.</summary>
    public long? PeerBytes { get; init; }

    /// <summary>Bytes of a single file; <see langword="null"/> is no limit.</summary>
    public long? FileBytes { get; init; }

    /// <summary>Files of one peer.</summary>
    public long PeerFiles { get; init; } = 1_000_000;

    /// <summary>Bytes of the file system that no push may take.</summary>
    public long FreeBytes { get; init; } = 256L * 1024 * 1024;
}
