namespace PSPeerShare.Core.Storage;

/// <summary>A file or folder in a folder of a share, as it was when it was last looked at.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes; 0 for a folder.</param>
/// <param name="Modified">Nanoseconds since 1970 UTC.</param>
/// <param name="Changed">Nanoseconds since 1970 UTC; content or metadata. 0 where it is not known.</param>
/// <param name="Device">The file system. 0 where it is not known.</param>
/// <param name="Inode">The file within it. 0 where it is not known.</param>
internal sealed record EntryRow(string Name, bool IsFolder, long Length, long Modified, long Changed, long Device, long Inode);
