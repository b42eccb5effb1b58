using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>
/// The folder of files that are on their way. Each user of it has a subfolder of their own and holds it open so that
/// nobody can delete it: what can be deleted and is old was left by a crash.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsStagingFolder
{
    private const uint Access = NtAccess.ReadData | NtAccess.WriteData | NtAccess.Delete | 0x4 | 0x20;

    private static readonly TimeSpan s_minimumAge = TimeSpan.FromMinutes(10);

    private readonly SafeFileHandle _staging;
    private readonly SafeFileHandle _own;
    private readonly string _shown;
    private int _users = 1;
    private int _names;

    private WindowsStagingFolder(SafeFileHandle staging, SafeFileHandle own, string shown)
    {
        _staging = staging;
        _own = own;
        _shown = shown;
        HasStreams = NtFile.HasStreams(own);
    }

    /// <summary>Whether files here can carry the mark of the web.</summary>
    public bool HasStreams { get; }

    /// <summary>Makes the staging folder below a root, and removes what crashed processes left there.</summary>
    public static WindowsStagingFolder Open(SafeFileHandle root, string shown)
    {
        string name = string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, true)}");

        // Another root may remove the empty staging folder between the two steps.
        uint status = NtStatus.DeletePending;
        for (int attempt = 0; attempt < 16 && status is NtStatus.DeletePending or NtStatus.NameNotFound; attempt++)
        {
            status = OpenFolder(root, SafeRoot.StagingName, NtAccess.OpenOrCreate, NtAccess.ShareAll, out SafeFileHandle staging);
            if (NtStatus.IsError(status))
            {
                continue;
            }

            Clean(staging);
            status = OpenFolder(staging, name, NtAccess.Create, NtAccess.ShareReadWrite, out SafeFileHandle own);
            if (!NtStatus.IsError(status))
            {
                return new WindowsStagingFolder(staging, own, shown);
            }

            staging.Dispose();
        }

        throw WindowsErrors.Writing(status, shown);
    }

    /// <summary>Makes a new file, open for everything, and tells its name.</summary>
    public SafeFileHandle Create(out string name)
    {
        name = Interlocked.Increment(ref _names).ToString(CultureInfo.InvariantCulture);
        uint access = NtAccess.ReadData | NtAccess.WriteData | NtAccess.WriteAttributes | NtAccess.Delete;
        uint status = NtFile.Open(
            _own, name, access, NtAccess.ShareReadDelete, NtAccess.Create, NtAccess.NotFolder, out SafeFileHandle file);
        return NtStatus.IsError(status) ? throw WindowsErrors.Writing(status, _shown) : file;
    }

    /// <summary>The own subfolder.</summary>
    public SafeFileHandle Own => _own;

    /// <summary>The subfolder that all users share, for what outlives them; invalid where it cannot be had.</summary>
    public SafeFileHandle Kept { get; private set; } = new();

    /// <summary>Opens the shared subfolder; false when it is missing and must not be made.</summary>
    public bool TryOpenKept(bool create)
    {
        if (Kept.IsInvalid && !NtStatus.IsError(OpenFolder(
            _staging, KeptFolder.Name, create ? NtAccess.OpenOrCreate : NtAccess.Open, NtAccess.ShareAll, out SafeFileHandle kept)))
        {
            Kept = kept;
        }

        return !Kept.IsInvalid;
    }

    /// <summary>Opens a named stream of a staged file.</summary>
    public static uint OpenStream(SafeFileHandle folder, string name, string stream, out SafeFileHandle handle) => NtFile.Open(
        folder, $"{name}:{stream}", NtAccess.WriteData, NtAccess.ShareAll, NtAccess.OpenOrCreate, NtAccess.NotFolder, out handle);

    /// <summary>Counts one more user.</summary>
    public void Acquire() => Interlocked.Increment(ref _users);

    /// <summary>The last user removes the folder, when it is empty.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            if (!Kept.IsInvalid)
            {
                _ = NtFile.SetDeleteOnClose(Kept, true);
            }

            Kept.Dispose();
            _ = NtFile.SetDeleteOnClose(_own, true);
            _own.Dispose();
            _ = NtFile.SetDeleteOnClose(_staging, true);
            _staging.Dispose();
        }
    }

    private static uint OpenFolder(
        SafeFileHandle parent, string name, uint disposition, uint share, out SafeFileHandle folder)
    {
        uint status = NtFile.Open(parent, name, Access, share, disposition, NtAccess.Folder, out folder);
        if (!NtStatus.IsError(status))
        {
            status = NtFile.Stat(folder, out WindowsStat stat);
            status = NtStatus.IsError(status) || stat.IsFolder ? status : NtStatus.NotFolder;
        }

        if (NtStatus.IsError(status))
        {
            folder.Dispose();
        }

        return status == NtStatus.NameCollision && disposition != NtAccess.Create ? NtStatus.NotFolder : status;
    }

    private static void Clean(SafeFileHandle staging)
    {
        if (NtStatus.IsError(WindowsFolder.Reopen(staging, out SafeFileHandle listed)))
        {
            return;
        }

        using WindowsFolderReader reader = new(listed);
        long limit = DateTime.UtcNow.Add(-s_minimumAge).ToFileTimeUtc();
        while (!NtStatus.IsError(reader.Read()))
        {
            if (!reader.Stat.IsFolder || (reader.Stat.Modified > limit && reader.Name != KeptFolder.Name)
                || NtStatus.IsError(OpenFolder(staging, reader.Name, NtAccess.Open, NtAccess.ShareAll, out SafeFileHandle left)))
            {
                continue;
            }

            using (left)
            {
                DeleteFiles(left, reader.Name == KeptFolder.Name ? KeptFolder.MaximumAge : TimeSpan.Zero);
                _ = NtFile.SetDeleteOnClose(left, true);
            }
        }
    }

    private static void DeleteFiles(SafeFileHandle folder, TimeSpan minimumAge)
    {
        long limit = DateTime.UtcNow.Add(-minimumAge).ToFileTimeUtc();
        if (NtStatus.IsError(WindowsFolder.Reopen(folder, out SafeFileHandle listed)))
        {
            return;
        }

        using WindowsFolderReader reader = new(listed);
        while (!NtStatus.IsError(reader.Read()))
        {
            if (reader.Stat.Modified > limit)
            {
                continue;
            }

            uint status = NtFile.Open(
                folder, reader.Name, NtAccess.Delete, NtAccess.ShareAll, NtAccess.Open, NtAccess.NotFolder, out SafeFileHandle file);
            using (file)
            {
                _ = NtStatus.IsError(status) ? status : NtFile.SetDeleteOnClose(file, true);
            }
        }
    }
}
