using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// A folder that the user named, to open files below it later as they were found: from that very folder, and along no
/// link. It is not held open, so it can be moved or its volume removed while files wait; then they are missing.
/// </summary>
/// <param name="Path">The path as the user named it; a link in it is theirs.</param>
internal sealed record NamedFolder(string Path)
{
    private (ulong Device, ulong Inode)? Identity { get; init; }

    /// <summary>The folder that is open.</summary>
    public static NamedFolder Of(string path, LocalTree tree) => new(path) { Identity = IdentityOf(tree) };

    /// <summary>Opens a file below it.</summary>
    /// <param name="segments">The folder's own name first.</param>
    /// <param name="facts">The file's facts.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/>, <see cref="PeerError.PathNotReadable"/>.</exception>
    public SafeFileHandle OpenRead(string[] segments, out FileFacts facts)
    {
        using LocalTree tree = LocalTree.Open(Path);
        if (!tree.IsFolder || (Identity is { } known && IdentityOf(tree) != known))
        {
            throw new PeerShareException(PeerError.PathNotFound, Path, "another has taken the place of this folder");
        }

        return tree.OpenRead(new LocalItem(segments, 0, 0), out facts);
    }

    private static (ulong Device, ulong Inode)? IdentityOf(LocalTree tree) =>
        tree.Root.TryStat([], out EntryFacts own) ? (own.Facts.Device, own.Facts.Inode) : null;
}
