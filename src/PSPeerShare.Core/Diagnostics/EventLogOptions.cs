namespace PSPeerShare.Core.Diagnostics;

/// <summary>Where and how much to log.</summary>
internal sealed record EventLogOptions
{
    /// <summary>The folder; made (0700) with the first line.</summary>
    public required string Folder { get; init; }

    public PeerLogLevel Level { get; init; } = PeerLogLevel.Information;

    /// <summary>A file is closed and the next one begun at this size, or when the day ends.</summary>
    public long FileSizeLimitBytes { get; init; } = 16L << 20;

    /// <summary>Older files are deleted.</summary>
    public int RetainedFiles { get; init; } = 31;
}
