using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Transfer;

/// <summary>A local file that could be sent.</summary>
/// <param name="FullPath">The full local path.</param>
/// <param name="RelativeName">The name it gets below the destination, with <c>/</c> between folders.</param>
/// <param name="Length">Bytes.</param>
public sealed record LocalFile(string FullPath, string RelativeName, long Length)
{
    /// <summary>The folder that the user named, when this was found below it; otherwise they named the file itself.</summary>
    internal NamedFolder? Within { get; private init; }

    /// <summary>The files below a folder, or the one file.</summary>
    /// <param name="fullPath">The folder or file.</param>
    /// <param name="recurse">Whether to go into the folder's folders.</param>
    /// <param name="unreadable">When given, each file is tried, and this is told why one cannot be read, which is left out.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.EntriesLeftOut"/> after the last one, where there is more
    /// that cannot be read or named.</exception>
    internal static IEnumerable<LocalFile> Below(string fullPath, bool recurse, Action<PeerShareException>? unreadable = null)
    {
        EntrySkips skips = new();
        using LocalTree tree = LocalTree.Open(fullPath);
        string above = tree.IsFolder ? LocalPath.FolderOf(fullPath) : "";
        NamedFolder? within = tree.IsFolder ? NamedFolder.Of(fullPath, tree) : null;
        foreach (LocalItem item in tree.Files(skips, exclude: entry => entry.IsFolder && !recurse))
        {
            if (unreadable is not null && WhyUnreadable(tree, item) is { } why)
            {
                unreadable(why);
                continue;
            }

            yield return new LocalFile(
                tree.IsFolder ? LocalPath.Below(above, item.Segments) : fullPath, string.Join('/', item.Segments), item.Length)
            {
                Within = within,
            };
        }

        if (skips.LeftOut > 0)
        {
            throw new PeerShareException(PeerError.EntriesLeftOut, fullPath, skips.Explain());
        }
    }

    /// <summary>A file that an earlier process was to send under a name; what it found below a folder is looked for there.</summary>
    internal static LocalFile Again(string fullPath, string relativeName, long length)
    {
        string[] below = relativeName.Split('/')[1..];
        string folder = fullPath;
        foreach (string _ in below)
        {
            folder = LocalPath.FolderOf(folder);
        }

        return new LocalFile(fullPath, relativeName, length)
        {
            Within = below.Length > 0 && LocalPath.Below(folder, below) == fullPath ? new NamedFolder(folder) : null,
        };
    }

    private static PeerShareException? WhyUnreadable(LocalTree tree, in LocalItem item)
    {
        try
        {
            tree.OpenRead(item, out _).Dispose();
            return null;
        }
        catch (PeerShareException e)
        {
            return e;
        }
    }

    /// <summary>Opens the file for reading. A link is followed only where the user named it.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/>, <see cref="PeerError.PathNotReadable"/>.</exception>
    internal SafeFileHandle Open(out FileFacts facts)
    {
        if (Within is { } folder)
        {
            return folder.OpenRead(RelativeName.Split('/'), out facts);
        }

        using LocalTree tree = LocalTree.Open(FullPath);
        return tree.IsFolder
            ? throw new PeerShareException(PeerError.PathNotFound, FullPath, "it is a folder now")
            : tree.OpenRead(tree.Files(new EntrySkips()).First(), out facts);
    }
}
