using System.Runtime.InteropServices;
using System.Text;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>Makes what the framework cannot: names that are not UTF-8, FIFOs, small disks.</summary>
internal static partial class RawNames
{
    private const int CurrentFolder = -100;
    private const int CreateForWriting = 0x41;
    private const nuint ExchangeFlag = 2;
    private const uint Fifo = 0x1000;

    /// <summary>Makes an empty file; it goes with the result, for the framework cannot delete it.</summary>
    public static IDisposable MakeFile(string folder, ReadOnlySpan<byte> name)
    {
        byte[] path = [.. Encoding.UTF8.GetBytes(folder), (byte)'/', .. name, 0];
        int file = OpenRaw(CurrentFolder, path, CreateForWriting, 0x1A4);
        Assert.True(file >= 0, "a file with a raw name");
        Assert.Equal(0, CloseRaw(file));
        return new RawFile(path);
    }

    public static void MakeFifo(string path) => Assert.Equal(0, MakeNode(path, Fifo | 0x1B6, 0));

    /// <summary>Mounts a file system in memory; false when this user may not mount.</summary>
    public static bool TryMount(string folder, string options, ulong flags = 0) =>
        Mount("pspeershare-test", folder, "tmpfs", flags, options) == 0;

    public static void Unmount(string folder) => Assert.Equal(0, UnmountRaw(folder, 2));

    /// <summary>Makes two existing names change places in one step.</summary>
    public static void Exchange(string first, string second) => Assert.Equal(
        0, RenameAt2(LinuxNumbers.RenameAt2, CurrentFolder, first, CurrentFolder, second, ExchangeFlag));

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RenameAt2(
        nint number, nint fromFolder, string from, nint toFolder, string to, nuint flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenRaw(int folder, byte[] path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkRaw(int folder, byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseRaw(int file);

    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnmountRaw(string target, int flags);

    private sealed class RawFile(byte[] path) : IDisposable
    {
        public void Dispose() => UnlinkRaw(CurrentFolder, path, 0);
    }
}
