namespace PSPeerShare.Core.Storage;

/// <summary>An entry with its place.</summary>
/// <param name="Id">Ascending in the order of entry; what a search goes on from.</param>
/// <param name="Share">The share's name.</param>
/// <param name="Folder">The folder below the share, with <c>/</c> between segments; empty for the share itself.</param>
/// <param name="Name">Its own name.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">Nanoseconds since 1970 UTC.</param>
internal readonly record struct StoredName(
    long Id, string Share, string Folder, string Name, bool IsFolder, long Length, long Modified);
