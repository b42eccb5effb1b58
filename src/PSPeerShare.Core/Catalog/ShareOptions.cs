using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Catalog;

/// <summary>What to share.</summary>
public sealed record ShareOptions
{
    /// <summary>The full local path of a folder or file.</summary>
    public required string Path { get; init; }

    /// <summary>The share's name; the folder's or file's own name when absent.</summary>
    public string? Name { get; init; }

    /// <summary>Who may see it; <see langword="null"/> is every trusted peer.</summary>
    public IReadOnlyList<NodeId>? Peers { get; init; }

    /// <summary>Wildcard patterns (<c>*</c>, <c>?</c>) on the names of files and folders that are left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
