using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>The folder of partial files on Windows, where not sharing a file is the lock.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsKeptFolder(WindowsSafeRoot root, WindowsStagingFolder folder) : KeptFolder
{
    private const uint FileAccess = NtAccess.ReadData | NtAccess.WriteData | NtAccess.WriteAttributes | NtAccess.Delete;

    private readonly SafeFileHandle _kept = folder.Kept;

    /// <inheritdoc/>
    public override SafeFileHandle? OpenJournal(string name) => Open(JournalOf(name), NtAccess.Open, NtAccess.ShareDelete);

    /// <inheritdoc/>
    public override SafeFileHandle? CreateJournal(string name) => Open(JournalOf(name), NtAccess.Create, NtAccess.ShareDelete);

    /// <inheritdoc/>
    public override StagedFile? OpenData(string name)
    {
        SafeFileHandle? data = Open(DataOf(name), NtAccess.Open, NtAccess.ShareReadDelete);
        if (data is null)
        {
            return null;
        }

        folder.Acquire();
        return new WindowsStagedFile(root, folder, data, DataOf(name));
    }

    /// <inheritdoc/>
    public override bool TryKeep(StagedFile file, string name)
    {
        DeleteFile(DataOf(name));
        return ((WindowsStagedFile)file).TryKeep(_kept, DataOf(name));
    }

    /// <inheritdoc/>
    public override void Delete(string name)
    {
        DeleteFile(DataOf(name));
        DeleteFile(JournalOf(name));
    }

    /// <inheritdoc/>
    public override long LengthOf(string name)
    {
        uint status = NtFile.Open(
            _kept, DataOf(name), NtAccess.ReadAttributes, NtAccess.ShareAll, NtAccess.Open, NtAccess.NotFolder, out SafeFileHandle file);
        using (file)
        {
            return !NtStatus.IsError(status) && !NtStatus.IsError(NtFile.Stat(file, out WindowsStat stat)) ? stat.Length : 0;
        }
    }

    protected override IReadOnlyList<string> Names()
    {
        List<string> names = [];
        if (NtStatus.IsError(WindowsFolder.Reopen(_kept, out SafeFileHandle listed)))
        {
            return names;
        }

        using WindowsFolderReader reader = new(listed);
        while (!NtStatus.IsError(reader.Read()))
        {
            names.Add(reader.Name);
        }

        return names;
    }

    /// <summary>A journal that is in use is shared with nobody.</summary>
    protected override SafeFileHandle? OpenToRead(string name)
    {
        uint status = NtFile.Open(
            _kept, name, NtAccess.ReadData, NtAccess.ShareAll, NtAccess.Open, NtAccess.NotFolder, out SafeFileHandle file);
        if (!NtStatus.IsError(status))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    protected override void SetModified(SafeFileHandle journal, long unixNs) =>
        _ = NtFile.SetModified(journal, WindowsStat.FromUnixNs(unixNs));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            folder.Release();
        }
    }

    private SafeFileHandle? Open(string name, uint disposition, uint share)
    {
        uint status = NtFile.Open(_kept, name, FileAccess, share, disposition, NtAccess.NotFolder, out SafeFileHandle file);
        if (!NtStatus.IsError(status) && !NtStatus.IsError(NtFile.Stat(file, out WindowsStat stat)) && stat.IsRegular)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    private void DeleteFile(string name)
    {
        uint status = NtFile.Open(
            _kept, name, NtAccess.Delete, NtAccess.ShareAll, NtAccess.Open, NtAccess.NotFolder, out SafeFileHandle file);
        using (file)
        {
            _ = NtStatus.IsError(status) ? status : NtFile.SetDeleteOnClose(file, true);
        }
    }
}
