namespace PSPeerShare.Core.Files.Native;

/// <summary>
/// The system calls of this room. Each answers a value of 0 or more, or the negated error number; names are single
/// segments except where stated. It decides nothing; tests derive from it to make a call fail.
/// </summary>
internal abstract unsafe class UnixFileCalls
{
    private static readonly Lazy<UnixFileCalls> s_system = new(() =>
        OperatingSystem.IsLinux() ? new LinuxFileCalls()
        : OperatingSystem.IsMacOS() ? new MacFileCalls()
        : throw new PlatformNotSupportedException());

    /// <summary>The calls of this machine.</summary>
    public static UnixFileCalls System => s_system.Value;

    /// <summary>Opens a relative path of several segments without leaving the folder or following a link.</summary>
    public abstract int OpenBeneath(int root, string path, int flags);

    /// <summary>Opens a file without a name in a folder; fails where the file system has no such thing.</summary>
    public abstract int OpenNameless(int folder, int mode);

    /// <summary>Gives a file made by <see cref="OpenNameless"/> a name that must be free.</summary>
    public abstract int LinkNameless(int file, int folder, string name);

    /// <summary>The facts of a name (a link is not followed), or of the handle itself when the name is empty.</summary>
    /// <param name="folder">The folder, or the handle.</param>
    /// <param name="name">UTF-8 with a NUL at the end.</param>
    /// <param name="stat">The facts.</param>
    public abstract int Stat(int folder, ReadOnlySpan<byte> name, out UnixStat stat);

    /// <summary>Renames; fails when the new name is taken, or with Invalid where the file system cannot promise that.</summary>
    public abstract int RenameNoReplace(int fromFolder, string from, int toFolder, string to);

    /// <summary>Reserves space for a part of a file without changing the length.</summary>
    public abstract int Reserve(int file, long offset, long length);

    /// <summary>Makes a file at least so long, whatever is written to it at the same time; what is new reads as zeros.</summary>
    public virtual int Grow(int file, long length) => -Errno.NotSupported;

    /// <summary>Answers NoSpace when a file system has less room than that, and takes none.</summary>
    public virtual int FindRoom(int file, long length) => 0;

    /// <summary>Reads a folder entry by entry. The reader owns the handle.</summary>
    public abstract FolderReader ReadFolder(int folder);

    public virtual int Open(int folder, string name, int flags, int mode = 0) =>
        LibC.OpenAt(folder, name, flags | OpenFlags.CloseOnExec | OpenFlags.NoTerminal, mode);

    /// <summary>Makes content and metadata durable. Unlike the framework's flush it reports failure.</summary>
    public virtual int Sync(int file) => LibC.Result(LibC.Sync(file));

    /// <summary>Sends what was written on its way to the disk and does not wait; <see cref="Sync"/> says what became of it.</summary>
    public virtual int BeginWriting(int file) => 0;

    public virtual int MakeFolder(int folder, string name, uint mode) =>
        LibC.Result(LibC.MakeFolder(folder, name, mode));

    public virtual int Unlink(int folder, string name, bool isFolder) =>
        LibC.Result(LibC.Unlink(folder, name, isFolder ? LibC.RemoveFolder : 0));

    public virtual int Link(int fromFolder, string from, int toFolder, string to) =>
        LibC.Result(LibC.Link(fromFolder, from, toFolder, to, 0));

    public virtual int Rename(int fromFolder, string from, int toFolder, string to) =>
        LibC.Result(LibC.Rename(fromFolder, from, toFolder, to));

    public virtual int SetModified(int file, long unixNs) => LibC.SetModified(file, unixNs);

    public virtual int Write(int file, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* pointer = bytes)
        {
            return LibC.Result(LibC.Write(file, pointer, (nuint)bytes.Length, offset));
        }
    }

    public virtual int Read(int file, Span<byte> bytes, long offset)
    {
        fixed (byte* pointer = bytes)
        {
            return LibC.Result(LibC.Read(file, pointer, (nuint)bytes.Length, offset));
        }
    }

    /// <summary>Takes an exclusive lock or answers Again at once when somebody holds it.</summary>
    public virtual int TryLock(int file) => LibC.Result(LibC.Lock(file, 2 | 4));

    public virtual int ChangeMode(int file, uint mode) => LibC.Result(LibC.ChangeMode(file, mode));

    public virtual uint EffectiveUser() => LibC.EffectiveUser();

    public virtual void Close(int file) => _ = LibC.Close(file);

    /// <summary>The facts of an open handle.</summary>
    public int Stat(int file, out UnixStat stat) => Stat(file, "\0"u8, out stat);

    /// <summary>The facts of a name in a folder.</summary>
    public int Stat(int folder, string name, out UnixStat stat)
    {
        Span<byte> bytes = stackalloc byte[Protocol.WirePath.MaximumSegmentBytes + 1];
        int length = global::System.Text.Encoding.UTF8.GetBytes(name, bytes);
        bytes[length] = 0;
        return Stat(folder, bytes, out stat);
    }
}
