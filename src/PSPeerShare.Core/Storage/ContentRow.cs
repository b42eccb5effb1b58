namespace PSPeerShare.Core.Storage;

/// <summary>What one state of one file holds.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file within it.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">Nanoseconds since 1970 UTC.</param>
/// <param name="Changed">Nanoseconds since 1970 UTC; content or metadata.</param>
/// <param name="Root">The content's hash, 32 bytes.</param>
/// <param name="Hashed">When it was learned.</param>
/// <param name="Path">The full local path, where it may be looked for by content.</param>
internal sealed record ContentRow(
    long Device, long Inode, long Length, long Modified, long Changed, byte[] Root, DateTimeOffset Hashed, string? Path);
