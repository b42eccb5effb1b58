using System.Runtime.InteropServices;

namespace PSPeerShare.Core.Files.Native;

/// <summary>The calls of macOS. There is no openat2, so roots open folder by folder.</summary>
internal sealed unsafe partial class MacFileCalls : UnixFileCalls
{
    private const string Library = "libc";
    private const int NoFollow = 0x20;
    private const uint RenameExclusive = 4;
    private const int FullSync = 51;

    private static readonly bool s_isArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public override int OpenBeneath(int root, string path, int flags) => -Errno.NotImplemented;

    public override int OpenNameless(int folder, int mode) => -Errno.NotSupported;

    public override int LinkNameless(int file, int folder, string name) => -Errno.NotSupported;

    public override int Reserve(int file, long offset, long length) => -Errno.NotSupported;

    public override int Stat(int folder, ReadOnlySpan<byte> name, out UnixStat stat)
    {
        StatBuffer buffer;
        int result;
        fixed (byte* pointer = name)
        {
            bool isHandle = name[0] == 0;
            result = LibC.Result((isHandle, s_isArm64) switch
            {
                (true, true) => StatHandleArm64(folder, &buffer),
                (true, false) => StatHandleX64(folder, &buffer),
                (false, true) => StatNameArm64(folder, pointer, &buffer, NoFollow),
                (false, false) => StatNameX64(folder, pointer, &buffer, NoFollow),
            });
        }

        stat = result < 0 ? default : new UnixStat(
            buffer.Mode,
            buffer.Owner,
            buffer.Size,
            UnixStat.ToUnixNs(buffer.ModifiedSeconds, buffer.ModifiedNanoseconds),
            UnixStat.ToUnixNs(buffer.ChangedSeconds, buffer.ChangedNanoseconds),
            (uint)buffer.Device,
            buffer.Inode);
        return result;
    }

    public override int RenameNoReplace(int fromFolder, string from, int toFolder, string to)
    {
        int result = LibC.Result(RenameAtX(fromFolder, from, toFolder, to, RenameExclusive));
        return result == -Errno.NotSupported ? -Errno.Invalid : result;
    }

    public override int Sync(int file)
    {
        // A plain fsync stops at the drive's cache on this system.
        int result = LibC.Result(s_isArm64 ? ControlArm64(file, FullSync, 0, 0, 0, 0, 0, 0, 0) : Control(file, FullSync, 0));
        return result >= 0 ? result : base.Sync(file);
    }

    public override FolderReader ReadFolder(int folder) => new MacFolderReader(this, folder);

    [LibraryImport(Library, EntryPoint = "fstat", SetLastError = true)]
    private static partial int StatHandleArm64(int file, StatBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "fstat$INODE64", SetLastError = true)]
    private static partial int StatHandleX64(int file, StatBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "fstatat", SetLastError = true)]
    private static partial int StatNameArm64(int folder, byte* name, StatBuffer* buffer, int flags);

    [LibraryImport(Library, EntryPoint = "fstatat$INODE64", SetLastError = true)]
    private static partial int StatNameX64(int folder, byte* name, StatBuffer* buffer, int flags);

    [LibraryImport(Library, EntryPoint = "renameatx_np", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAtX(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int file, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int ControlArm64(
        int file, int command, nint pad1, nint pad2, nint pad3, nint pad4, nint pad5, nint pad6, nint argument);

    // struct stat with 64-bit inodes of sys/stat.h.
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct StatBuffer
    {
        [FieldOffset(0)]
        public int Device;
        [FieldOffset(4)]
        public ushort Mode;
        [FieldOffset(8)]
        public ulong Inode;
        [FieldOffset(16)]
        public uint Owner;
        [FieldOffset(48)]
        public long ModifiedSeconds;
        [FieldOffset(56)]
        public long ModifiedNanoseconds;
        [FieldOffset(64)]
        public long ChangedSeconds;
        [FieldOffset(72)]
        public long ChangedNanoseconds;
        [FieldOffset(96)]
        public long Size;
    }
}
