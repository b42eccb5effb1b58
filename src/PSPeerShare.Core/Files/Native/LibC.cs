using System.Runtime.InteropServices;

namespace PSPeerShare.Core.Files.Native;

/// <summary>Functions of the C library that Linux and macOS share.</summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    public static readonly int RemoveFolder = OperatingSystem.IsMacOS() ? 0x80 : 0x200;

    private static readonly nint s_omitTime = OperatingSystem.IsMacOS() ? -2 : (1 << 30) - 2;

    public static int OpenAt(int folder, string name, int flags, int mode)
    {
        // Apple's arm64 passes variable arguments on the stack: the padding moves the mode there.
        bool isPadded = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        int result;
        do
        {
            result = Result(isPadded
                ? OpenAtPadded(folder, name, flags, 0, 0, 0, 0, 0, mode)
                : OpenAtPlain(folder, name, flags, mode));
        }
        while (result == -Errno.Interrupted);
        return result;
    }

    public static int SetModified(int file, long unixNs)
    {
        long seconds = Math.DivRem(unixNs, 1_000_000_000, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += 1_000_000_000;
        }

        nint* times = stackalloc nint[4] { 0, s_omitTime, (nint)seconds, (nint)rest };
        return Result(SetTimes(file, times));
    }

    /// <summary>Turns the C convention into a value or a negated error number.</summary>
    public static int Result(nint value) => value >= 0 ? (int)value : -Marshal.GetLastPInvokeError();

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int file);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int file, int operation);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int file, uint mode);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(int file, byte* bytes, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(int file, byte* bytes, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolder(int folder, string name, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(int folder, string name, int flags);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(int fromFolder, string from, int toFolder, string to, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(int fromFolder, string from, int toFolder, string to);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtPlain(int folder, string name, int flags, int mode);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtPadded(
        int folder, string name, int flags, nint pad1, nint pad2, nint pad3, nint pad4, nint pad5, nint mode);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    private static partial int SetTimes(int file, nint* times);
}
