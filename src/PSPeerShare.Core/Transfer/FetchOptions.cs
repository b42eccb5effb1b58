namespace PSPeerShare.Core.Transfer;

/// <summary>Where fetched files go and how.</summary>
public sealed record FetchOptions
{
    /// <summary>The full local path of a folder, or of the file itself.</summary>
    public required string Destination { get; init; }

    /// <summary>Whether <see cref="Destination"/> is a folder; it is created when missing.</summary>
    public bool DestinationIsFolder { get; init; } = true;

    /// <summary>Replace a file of other content.</summary>
    public bool Force { get; init; }

    /// <summary>Take a free name when the name holds other content.</summary>
    public bool NewName { get; init; }

    /// <summary>Keep names only, not the folders above them.</summary>
    public bool Flatten { get; init; }

    /// <summary>Have every file on stable storage before it counts as completed.</summary>
    public bool Durable { get; init; }

    /// <summary>Give files the time of arrival instead of the source's time.</summary>
    public bool NoTimestamp { get; init; }

    /// <summary>Files written at the same time, 1 to 64.</summary>
    public int ThrottleLimit { get; init; } = 4;

    /// <summary>Whether files were asked for by their content, so that no other content will do.</summary>
    public bool ByContent { get; init; }

    /// <summary>From how many peers one large file may come at the same time.</summary>
    public int MaxSources { get; init; } = UsualSources;

    internal const int UsualSources = 4;

    /// <summary>How long a large file waits to hear of a second source before the first one sends it alone.</summary>
    internal TimeSpan WaitForSources { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most that is received, in bytes per second; <see langword="null"/> is no limit.</summary>
    public long? RateLimit { get; init; }

    /// <summary>Called with one line a step, from any thread.</summary>
    public Action<string>? OnStep { get; init; }
}
