using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>Opens folders below a handle, segment by segment; a reparse point on the way counts as missing.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsFolder
{
    // List, add files, add folders, walk through.
    private const uint FolderAccess = 0x1 | 0x2 | 0x4 | 0x20;
    private const uint WalkAccess = 0x1 | 0x20;

    /// <summary>Opens the folder of some segments; none: the same folder by another handle.</summary>
    public static uint Open(SafeFileHandle root, ReadOnlySpan<string> segments, out SafeFileHandle folder) =>
        Follow(root, segments, WalkAccess, NtAccess.Open, out folder);

    /// <summary>Opens the folder of some segments and makes what is missing. NotFolder where something else stands.</summary>
    public static uint OpenOrMake(SafeFileHandle root, ReadOnlySpan<string> segments, out SafeFileHandle folder)
    {
        uint status = Follow(root, segments, FolderAccess, NtAccess.OpenOrCreate, out folder);
        return status == NtStatus.NameCollision ? NtStatus.NotFolder : status;
    }

    /// <summary>The same folder by a handle of its own, to list it from the beginning.</summary>
    public static uint Reopen(SafeFileHandle folder, out SafeFileHandle again) =>
        NtFile.Open(folder, string.Empty, WalkAccess, NtAccess.ShareAll, NtAccess.Open, NtAccess.Folder, out again);

    /// <summary>Opens one folder in a folder.</summary>
    public static uint OpenOne(SafeFileHandle parent, string name, out SafeFileHandle folder) =>
        Step(parent, name, WalkAccess, NtAccess.Open, out folder);

    private static uint Follow(
        SafeFileHandle root, ReadOnlySpan<string> segments, uint access, uint disposition, out SafeFileHandle folder)
    {
        uint status = Reopen(root, out folder);
        foreach (string segment in segments)
        {
            if (NtStatus.IsError(status))
            {
                break;
            }

            using SafeFileHandle above = folder;
            status = Step(above, segment, access, disposition, out folder);
        }

        return status;
    }

    private static uint Step(
        SafeFileHandle parent, string name, uint access, uint disposition, out SafeFileHandle folder)
    {
        uint status = NtFile.Open(parent, name, access, NtAccess.ShareAll, disposition, NtAccess.Folder, out folder);
        if (!NtStatus.IsError(status))
        {
            status = NtFile.Stat(folder, out WindowsStat stat);
            status = NtStatus.IsError(status) || stat.IsFolder ? status : NtStatus.NotFolder;
        }

        if (NtStatus.IsError(status))
        {
            folder.Dispose();
        }

        return status;
    }
}
