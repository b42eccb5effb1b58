using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>The real system calls, of which some are missing or fail, and a record of those that change something.</summary>
internal sealed class AlteredCalls : LinuxFileCalls
{
    public const int NoSuchCall = 38;
    public const int NotSupported = 95;
    public const int Denied = 13;
    public const int ReadOnlyFileSystem = 30;
    public const int Full = 28;

    public bool HasNoOpenBeneath { get; init; }

    public bool HasNoNameless { get; init; }

    public bool HasNoRenameNoReplace { get; init; }

    public bool LinksNowhere { get; init; }

    /// <summary>Answers an error number for a name that must not be opened.</summary>
    public Func<string, int>? RefuseOpen { get; init; }

    public int WriteError { get; set; }

    public int SyncError { get; set; }

    public int LockError { get; set; }

    public List<string> Changes { get; } = [];

    /// <summary>All the ways in which the same thing can be done, for theories.</summary>
    public static TheoryData<string> Ways => ["newest kernel", "no openat2", "no nameless files", "no renameat2"];

    public static AlteredCalls For(string way) => new()
    {
        HasNoOpenBeneath = way != "newest kernel",
        HasNoNameless = way is "no nameless files" or "no renameat2",
        HasNoRenameNoReplace = way == "no renameat2",
    };

    public override int OpenBeneath(int root, string path, int flags) =>
        HasNoOpenBeneath ? -NoSuchCall
        : RefuseOpen?.Invoke(path) is int error and not 0 ? -error
        : base.OpenBeneath(root, path, flags);

    public override int Open(int folder, string name, int flags, int mode = 0) =>
        RefuseOpen?.Invoke(name) is int error and not 0 ? -error : base.Open(folder, name, flags, mode);

    public override int OpenNameless(int folder, int mode) =>
        HasNoNameless ? -NotSupported
        : RefuseOpen?.Invoke("nameless") is int error and not 0 ? -error
        : base.OpenNameless(folder, mode);

    public override int LinkNameless(int file, int folder, string name)
    {
        Changes.Add($"name {name}");
        return LinksNowhere ? -Errno.CrossDevice : base.LinkNameless(file, folder, name);
    }

    public override int RenameNoReplace(int fromFolder, string from, int toFolder, string to)
    {
        Changes.Add($"name {to}");
        return HasNoRenameNoReplace ? -Errno.Invalid : base.RenameNoReplace(fromFolder, from, toFolder, to);
    }

    public override int Sync(int file)
    {
        Stat(file, out UnixStat stat);
        Changes.Add(stat.IsFolder ? "sync folder" : "sync file");
        return SyncError != 0 ? -SyncError : base.Sync(file);
    }

    public override int SetModified(int file, long unixNs)
    {
        Changes.Add("time");
        return base.SetModified(file, unixNs);
    }

    public override int Write(int file, ReadOnlySpan<byte> bytes, long offset) =>
        WriteError != 0 ? -WriteError : base.Write(file, bytes, offset);

    public override int FindRoom(int file, long length) => WriteError != 0 ? -WriteError : base.FindRoom(file, length);

    public override int Reserve(int file, long offset, long length) =>
        WriteError != 0 ? -WriteError : base.Reserve(file, offset, length);

    public override int MakeFolder(int folder, string name, uint mode) =>
        RefuseOpen?.Invoke(name) is int error and not 0 ? -error : base.MakeFolder(folder, name, mode);

    public override int TryLock(int file) => LockError != 0 ? -LockError : base.TryLock(file);
}
