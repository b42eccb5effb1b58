using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Transfer;

/// <summary>A local file that could be sent.</summary>
/// <param name="FullPath">The full local path.</param>
/// <param name="RelativeName">The name it gets below the destination, with <c>/</c> between folders.</param>
/// <param name="Length">Bytes.</param>
public sealed record LocalFile(string FullPath, string RelativeName, long Length)
{
    /// <summary>The files below a folder, or the one file.</summary>
    internal static IEnumerable<LocalFile> Below(string fullPath, bool recurse)
    {
        using LocalTree tree = LocalTree.Open(fullPath);
        string above = tree.IsFolder ? LocalPath.FolderOf(fullPath) : "";
        foreach (LocalItem item in tree.Files(new EntrySkips(), exclude: entry => entry.IsFolder && !recurse))
        {
            yield return new LocalFile(
                tree.IsFolder ? LocalPath.Below(above, item.Segments) : fullPath, string.Join('/', item.Segments), item.Length);
        }
    }

    /// <summary>Opens the file for reading.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/>, <see cref="PeerError.PathNotReadable"/>.</exception>
    internal SafeFileHandle Open(out FileFacts facts)
    {
        using LocalTree tree = LocalTree.Open(FullPath);
        return tree.IsFolder
            ? throw new PeerShareException(PeerError.PathNotFound, FullPath, "it is a folder now")
            : tree.OpenRead(tree.Files(new EntrySkips()).First(), out facts);
    }
}
