using System.Runtime.Versioning;

namespace PSPeerShare.Core;

/// <summary>
/// Folders and files that only the user who runs the node may touch: made 0700 and 0600, refused when wider.
/// It knows nothing of what they hold. On Windows the profile's access list does this, so nothing is checked there.
/// </summary>
internal static class OwnerOnly
{
    /// <summary>Mode of a private folder.</summary>
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Mode of a private file.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder if it is missing, and refuses one that others may enter.</summary>
    public static void EnsureFolder(string folder, PeerError error)
    {
        // One that cannot even be made is another user's, or on a disk that refuses: nothing is wrong with an identity then.
        MakeFolder(folder, error == PeerError.IdentityUnsafe ? PeerError.HomeUnusable : error);
        if (!OperatingSystem.IsWindows())
        {
            Refuse(FolderModeOf(folder), folder, "0700", error);
        }
    }

    /// <summary>Makes the folder if it is missing, and leaves one that exists as its owner set it.</summary>
    public static void MakeFolder(string folder, PeerError error)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, FolderMode);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PeerShareException(error, folder, failure.Message, failure);
        }
    }

    /// <summary>Options that open a file and, when that makes it, give it mode 0600.</summary>
    public static FileStreamOptions FileOptions(System.IO.FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows() && access != FileAccess.Read)
        {
            options.UnixCreateMode = FileMode;
        }

        return options;
    }

    /// <summary>Refuses an open file that others may read or write. The handle is asked, not the path.</summary>
    public static void CheckFile(FileStream file, PeerError error)
    {
        if (!OperatingSystem.IsWindows())
        {
            Refuse(File.GetUnixFileMode(file.SafeFileHandle), file.Name, "0600", error);
        }
    }

    /// <summary>The same for a file that must not be opened here.</summary>
    public static void CheckFile(string path, PeerError error)
    {
        if (!OperatingSystem.IsWindows())
        {
            Refuse(File.GetUnixFileMode(path), path, "0600", error);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static UnixFileMode FolderModeOf(string folder)
    {
        // A home that is a link is judged by the folder it leads to.
        var info = new DirectoryInfo(folder);
        return (info.ResolveLinkTarget(returnFinalTarget: true) ?? info).UnixFileMode;
    }

    private static void Refuse(UnixFileMode mode, string path, string wanted, PeerError error)
    {
        if ((mode & Others) != 0)
        {
            string octal = Convert.ToString((int)mode, 8).PadLeft(4, '0');
            throw new PeerShareException(error, path, $"mode {octal} lets others in; run: chmod {wanted.TrimStart('0')} {Quoted(path)}");
        }
    }

    // As a shell takes it.
    private static string Quoted(string path) => path.All(static c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
        ? path
        : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
