using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>The folder of partial files on Linux and macOS.</summary>
internal sealed class UnixKeptFolder(UnixSafeRoot root, UnixStagingFolder folder) : KeptFolder
{
    private const int PrivateFileMode = 0x180;

    private readonly UnixFileCalls _calls = root.Calls;

    /// <inheritdoc/>
    public override SafeFileHandle? OpenJournal(string name) =>
        TakeLocked(JournalOf(name), OpenFlags.ReadWrite | OpenFlags.NoFollow | OpenFlags.NonBlocking, 0);

    /// <inheritdoc/>
    public override SafeFileHandle? CreateJournal(string name) => TakeLocked(
        JournalOf(name), OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, PrivateFileMode);

    /// <inheritdoc/>
    public override StagedFile? OpenData(string name)
    {
        string data = DataOf(name);
        int file = _calls.Open(folder.File, data, OpenFlags.ReadWrite | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        if (file < 0)
        {
            return null;
        }

        if (!IsOwnFile(file, out _))
        {
            _calls.Close(file);
            return null;
        }

        folder.Acquire();
        return new UnixStagedFile(root, file, folder, data).AsKept();
    }

    /// <inheritdoc/>
    public override bool TryKeep(StagedFile file, string name)
    {
        // Data without a journal is what a crash left between the two.
        string data = DataOf(name);
        _ = _calls.Unlink(folder.File, data, isFolder: false);
        folder.Acquire();
        if (((UnixStagedFile)file).TryKeep(folder, data))
        {
            return true;
        }

        folder.Release();
        return false;
    }

    /// <inheritdoc/>
    public override void Delete(string name)
    {
        _ = _calls.Unlink(folder.File, DataOf(name), isFolder: false);
        _ = _calls.Unlink(folder.File, JournalOf(name), isFolder: false);
    }

    /// <inheritdoc/>
    public override long LengthOf(string name) =>
        _calls.Stat(folder.File, DataOf(name), out UnixStat stat) >= 0 && stat.IsRegular ? stat.Facts.Length : 0;

    protected override IReadOnlyList<string> Names() => folder.ListNames();

    protected override SafeFileHandle? OpenToRead(string name)
    {
        int file = _calls.Open(folder.File, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        if (file < 0)
        {
            return null;
        }

        if (IsOwnFile(file, out _))
        {
            return new SafeFileHandle(file, ownsHandle: true);
        }

        _calls.Close(file);
        return null;
    }

    protected override void SetModified(SafeFileHandle journal, long unixNs)
    {
        using HandleHold held = new(journal);
        _ = _calls.SetModified(held.File, unixNs);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            folder.Release();
        }
    }

    private SafeFileHandle? TakeLocked(string name, int flags, int mode)
    {
        int file = _calls.Open(folder.File, name, flags, mode);
        if (file < 0)
        {
            return null;
        }

        // Its holder may have deleted it between the opening and the lock.
        if (IsOwnFile(file, out UnixStat opened) && _calls.TryLock(file) >= 0
            && _calls.Stat(folder.File, name, out UnixStat named) >= 0
            && (named.Device, named.Inode) == (opened.Device, opened.Inode))
        {
            return new SafeFileHandle(file, ownsHandle: true);
        }

        _calls.Close(file);
        return null;
    }

    private bool IsOwnFile(int file, out UnixStat stat) =>
        _calls.Stat(file, out stat) >= 0 && stat.IsRegular && stat.Owner == _calls.EffectiveUser();
}
