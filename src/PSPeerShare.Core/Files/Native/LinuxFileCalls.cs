using System.Globalization;
using System.Runtime.InteropServices;

namespace PSPeerShare.Core.Files.Native;

/// <summary>The calls of Linux.</summary>
internal unsafe partial class LinuxFileCalls : UnixFileCalls
{
    private const string Library = "libc";
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int FollowLink = 0x400;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;
    private const int KeepSize = 1;
    private const uint NoReplace = 1;
    private const uint RangeWrite = 2;
    private const long InMemory = 0x01021994;

    // RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
    private const ulong Confined = 0x08 | 0x04 | 0x02;

    // Before Linux 6.10 only a privileged process may name a handle directly; others go through /proc.
    private static volatile bool s_linksThroughProc;

    public override int OpenBeneath(int root, string path, int flags)
    {
        OpenHow how = new() { Flags = (uint)(flags | OpenFlags.CloseOnExec | OpenFlags.NoTerminal), Resolve = Confined };
        int result;
        int attempts = 0;
        do
        {
            result = LibC.Result(OpenAt2(LinuxNumbers.OpenAt2, root, path, &how, (nuint)sizeof(OpenHow)));
        }
        while (result == -Errno.Interrupted || (result == -Errno.Again && ++attempts < 16));
        return result;
    }

    public override int OpenNameless(int folder, int mode) =>
        Open(folder, ".", OpenFlags.ReadWrite | OpenFlags.Nameless, mode);

    public override int LinkNameless(int file, int folder, string name)
    {
        if (!s_linksThroughProc)
        {
            int result = LibC.Result(LibC.Link(file, string.Empty, folder, name, EmptyPath));
            if (result != -Errno.NoEntry)
            {
                return result;
            }
        }

        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}");
        int through = LibC.Result(LibC.Link(CurrentFolder, path, folder, name, FollowLink));
        if (through >= 0)
        {
            s_linksThroughProc = true;
        }

        return through;
    }

    public override int Stat(int folder, ReadOnlySpan<byte> name, out UnixStat stat)
    {
        StatxBuffer buffer;
        int result;
        fixed (byte* pointer = name)
        {
            result = LibC.Result(
                Statx(LinuxNumbers.Statx, folder, pointer, NoFollow | EmptyPath, BasicStats, &buffer));
        }

        stat = result < 0 ? default : new UnixStat(
            buffer.Mode,
            buffer.Owner,
            (long)buffer.Size,
            UnixStat.ToUnixNs(buffer.ModifiedSeconds, buffer.ModifiedNanoseconds),
            UnixStat.ToUnixNs(buffer.ChangedSeconds, buffer.ChangedNanoseconds),
            ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor,
            buffer.Inode);
        return result;
    }

    public override int RenameNoReplace(int fromFolder, string from, int toFolder, string to) =>
        LibC.Result(RenameAt2(LinuxNumbers.RenameAt2, fromFolder, from, toFolder, to, NoReplace));

    public override int FindRoom(int file, long length) => IsShortOf(file, length, out _) ? -Errno.NoSpace : 0;

    public override int Reserve(int file, long offset, long length)
    {
        // Ask first: some file systems take all the space there is before they find that it is not enough.
        if (IsShortOf(file, length, out bool isInMemory))
        {
            return -Errno.NoSpace;
        }

        // One in memory makes every page at once, which doubles the work.
        if (isInMemory)
        {
            return 0;
        }

        int result;
        do
        {
            result = LibC.Result(Allocate(file, KeepSize, offset, length));
        }
        while (result == -Errno.Interrupted);
        return result;
    }

    // Its last byte is given a place, which sets the length and changes nothing that is there.
    public override int Grow(int file, long length)
    {
        int result;
        do
        {
            result = LibC.Result(Allocate(file, 0, length - 1, 1));
        }
        while (result == -Errno.Interrupted);
        return result;
    }

    private static bool IsShortOf(int file, long length, out bool isInMemory)
    {
        FileSystem fileSystem;
        bool isKnown = LibC.Result(StatFileSystem(file, &fileSystem)) >= 0 && fileSystem.Blocks != 0;
        isInMemory = isKnown && fileSystem.Type == InMemory;
        return isKnown && fileSystem.Available < (ulong)(length / Math.Max(fileSystem.BlockBytes, 1));
    }

    public override int BeginWriting(int file) => LibC.Result(SyncRange(file, 0, 0, RangeWrite));

    public override FolderReader ReadFolder(int folder) => new LinuxFolderReader(this, folder);

    /// <summary>Fills a buffer with directory records; 0 = the end.</summary>
    public virtual int GetEntries(int folder, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            return LibC.Result(GetDents(LinuxNumbers.GetDents64, folder, pointer, (nuint)buffer.Length));
        }
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenAt2(nint number, nint folder, string path, OpenHow* how, nuint size);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Statx(
        nint number, nint folder, byte* name, nint flags, nuint mask, StatxBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RenameAt2(
        nint number, nint fromFolder, string from, nint toFolder, string to, nuint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint GetDents(nint number, nint folder, byte* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(int file, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncRange(int file, long offset, long length, uint flags);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int StatFileSystem(int file, FileSystem* fileSystem);

    // The beginning of struct statfs on 64-bit processors.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct FileSystem
    {
        public long Type;
        public long BlockBytes;
        public ulong Blocks;
        public ulong Free;
        public ulong Available;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    // struct statx of linux/stat.h, which is the same on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(20)]
        public uint Owner;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(96)]
        public long ChangedSeconds;
        [FieldOffset(104)]
        public uint ChangedNanoseconds;
        [FieldOffset(112)]
        public long ModifiedSeconds;
        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
