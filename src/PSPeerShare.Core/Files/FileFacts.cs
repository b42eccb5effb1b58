namespace PSPeerShare.Core.Files;

/// <summary>
/// What identifies one state of one file. Two equal values taken from one handle at two times mean that nobody
/// changed the file in between (as far as the file system's clock can tell).
/// </summary>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedUnixNs">Last change of the content, nanoseconds since 1970 UTC.</param>
/// <param name="Device">The file system (device number or volume serial number).</param>
/// <param name="Inode">The file within its file system (inode or file index).</param>
/// <param name="ChangedUnixNs">Last change of content or metadata, nanoseconds since 1970 UTC.</param>
internal readonly record struct FileFacts(
    long Length, long ModifiedUnixNs, ulong Device, ulong Inode, long ChangedUnixNs);
