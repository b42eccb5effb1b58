using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Catalog;

/// <summary>A folder or file that this node shares.</summary>
/// <param name="Name">The share's name, the first segment of its files' paths.</param>
/// <param name="Path">The local folder or file.</param>
/// <param name="Peers">Who may see it; <see langword="null"/> is every trusted peer.</param>
/// <param name="Exclude">Wildcard patterns on names that are not shared.</param>
/// <param name="IsPersistent">Whether it is served at every start, or for this run only.</param>
/// <param name="IsSingleFile">Whether <paramref name="Path"/> is a file; its share path is then the name alone.</param>
/// <param name="Problem">Why it cannot be served now, or <see langword="null"/>.</param>
public sealed record ShareInfo(
    string Name,
    string Path,
    IReadOnlyList<NodeId>? Peers,
    IReadOnlyList<string> Exclude,
    bool IsPersistent,
    bool IsSingleFile,
    string? Problem)
{
    /// <summary>How many files and folders of it the running node has stored; <see langword="null"/> when it stores none.</summary>
    public long? Entries { get; init; }

    /// <summary>What of it cannot be read or named and so is not served; <see langword="null"/> when it is not known or nothing.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Files whose content the running node has not hashed yet; <see langword="null"/> when it is not known.</summary>
    public long? Unhashed { get; init; }
}
