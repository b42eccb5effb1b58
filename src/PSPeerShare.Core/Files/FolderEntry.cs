namespace PSPeerShare.Core.Files;

/// <summary>One folder or regular file that a walk met.</summary>
/// <param name="Folder">The segments of its folder below the root; one array is shared by all entries of a folder.</param>
/// <param name="Name">Its own name; with the folder it satisfies the rules of the wire.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes; 0 for a folder.</param>
/// <param name="ModifiedUnixNs">Last change of the content, nanoseconds since 1970 UTC.</param>
internal readonly record struct FolderEntry(
    string[] Folder, string Name, bool IsFolder, long Length, long ModifiedUnixNs)
{
    /// <summary>Its facts as the walk saw them. On Windows a walk sees neither identity nor time of change, and they are 0.</summary>
    public FileFacts Facts { get; init; }

    /// <summary>The segments below the root, as a new array.</summary>
    public string[] Segments => [.. Folder, Name];
}
