using System.Text.Json;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>How to begin a transfer again: what the command that began it was told.</summary>
internal sealed record TransferRecipe
{
    public string Destination { get; init; } = "";

    public bool IsFolder { get; init; }

    public bool Force { get; init; }

    public bool NewName { get; init; }

    public bool Flatten { get; init; }

    public bool Durable { get; init; }

    public bool NoTimestamp { get; init; }

    public bool ByContent { get; init; }

    public int MaxSources { get; init; } = FetchOptions.UsualSources;

    public int LeadingSegments { get; init; }

    public string Share { get; init; } = "";

    public string? Hash { get; init; }

    public long ModifiedTicks { get; init; }

    public string RelativeName { get; init; } = "";

    /// <summary>The recipe of a fetch.</summary>
    public static TransferRecipe Of(FetchOptions options, RemoteFile file, int leadingSegments) => new()
    {
        Destination = options.Destination,
        IsFolder = options.DestinationIsFolder,
        Force = options.Force,
        NewName = options.NewName,
        Flatten = options.Flatten,
        Durable = options.Durable,
        NoTimestamp = options.NoTimestamp,
        ByContent = options.ByContent,
        MaxSources = options.MaxSources,
        LeadingSegments = leadingSegments,
        Share = file.Share,
        Hash = file.Hash?.ToString(),
        ModifiedTicks = file.LastWriteTime.UtcTicks,
    };

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else.</summary>
    public static TransferRecipe? Parse(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize<TransferRecipe>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The options of the fetch.</summary>
    public FetchOptions ToFetch() => new()
    {
        Destination = Destination,
        DestinationIsFolder = IsFolder,
        Force = Force,
        NewName = NewName,
        Flatten = Flatten,
        Durable = Durable,
        NoTimestamp = NoTimestamp,
        ByContent = ByContent,
        MaxSources = MaxSources,
    };

    /// <summary>The file that is fetched.</summary>
    public RemoteFile ToFile(TransferInfo info) => new(
        info.Name,
        info.SharePath,
        Share,
        info.Length,
        new DateTimeOffset(ModifiedTicks, TimeSpan.Zero),
        ContentHash.TryParse(Hash, out ContentHash hash) ? hash : null,
        info.Peer,
        info.NodeId);

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this);
}
