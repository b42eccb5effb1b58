namespace PSPeerShare.Core.Storage;

/// <summary>A transfer that ran or runs. Direction and status are words that Transfer chooses.</summary>
internal sealed record TransferRow
{
    public required string Id { get; init; }

    public required string Direction { get; init; }

    /// <summary>The peer's node id, when it is known.</summary>
    public byte[]? Peer { get; init; }

    public required string PeerName { get; init; }

    public required string SharePath { get; init; }

    public required string LocalPath { get; init; }

    public long Length { get; init; }

    /// <summary>Bytes that have arrived.</summary>
    public long Bytes { get; init; }

    public byte[]? Hash { get; init; }

    public required string Status { get; init; }

    public DateTimeOffset Started { get; init; }

    /// <summary>When it ended, or of one that runs, when it was last noted; less the time in which it rested.</summary>
    public DateTimeOffset? Ended { get; init; }

    public string? Error { get; init; }

    /// <summary>What the error says beyond its name.</summary>
    public string? Detail { get; init; }

    /// <summary>Bytes that were there before.</summary>
    public long Reused { get; init; }

    /// <summary>The process that runs it, as <see cref="ProcessMark.ToString"/> writes it.</summary>
    public string? Process { get; init; }

    /// <summary>What another process wants of it: a word that Transfer chooses.</summary>
    public string? Wish { get; init; }

    /// <summary>How to begin it again: a text that Transfer writes.</summary>
    public string? Recipe { get; init; }
}
