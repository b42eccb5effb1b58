namespace PSPeerShare.Core.Files;

/// <summary>A file to send.</summary>
/// <param name="Segments">Its name as the receiver sees it: the sent folder's own name first.</param>
/// <param name="Length">Bytes when it was listed.</param>
/// <param name="ModifiedUnixNs">Last change of the content when it was listed, nanoseconds since 1970 UTC.</param>
internal readonly record struct LocalItem(string[] Segments, long Length, long ModifiedUnixNs);
