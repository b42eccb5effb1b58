using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files.Native;

internal static unsafe partial class NtFile
{
    private static uint Query(SafeFileHandle handle, void* buffer, int length, int kind)
    {
        IoStatus io;
        return NtQueryInformationFile(handle, &io, buffer, (uint)length, kind);
    }

    private static uint QueryVolume(SafeFileHandle handle, void* buffer, int length, int kind)
    {
        IoStatus io;
        return NtQueryVolumeInformationFile(handle, &io, buffer, (uint)length, kind);
    }

    private static uint Set(SafeFileHandle handle, void* buffer, int length, int kind)
    {
        IoStatus io;
        return NtSetInformationFile(handle, &io, buffer, (uint)length, kind);
    }

    [LibraryImport("ntdll")]
    private static partial uint NtCreateFile(
        nint* handle,
        uint access,
        ObjectAttributes* attributes,
        IoStatus* io,
        long* allocation,
        uint fileAttributes,
        uint share,
        uint disposition,
        uint options,
        void* extended,
        uint extendedLength);

    [LibraryImport("ntdll")]
    private static partial uint NtQueryInformationFile(
        SafeFileHandle handle, IoStatus* io, void* buffer, uint length, int kind);

    [LibraryImport("ntdll")]
    private static partial uint NtSetInformationFile(
        SafeFileHandle handle, IoStatus* io, void* buffer, uint length, int kind);

    [LibraryImport("ntdll")]
    private static partial uint NtQueryVolumeInformationFile(
        SafeFileHandle handle, IoStatus* io, void* buffer, uint length, int kind);

    [LibraryImport("ntdll")]
    private static partial uint NtQueryDirectoryFile(
        SafeFileHandle handle,
        nint wait,
        nint routine,
        nint context,
        IoStatus* io,
        void* buffer,
        uint length,
        int kind,
        byte single,
        UnicodeString* pattern,
        byte restart);

    [LibraryImport("ntdll")]
    private static partial uint NtFlushBuffersFile(SafeFileHandle handle, IoStatus* io);

    [LibraryImport(
        "kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateFile(
        string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "GetFinalPathNameByHandleW", SetLastError = true)]
    private static partial uint GetFinalPathNameByHandle(SafeFileHandle handle, char* path, uint length, uint flags);

    private struct UnicodeString
    {
        public ushort Length;
        public ushort MaximumLength;
        public char* Text;
    }

    private struct ObjectAttributes
    {
        public uint Length;
        public nint RootFolder;
        public UnicodeString* Name;
        public uint Attributes;
        public nint Security;
        public nint Quality;
    }

    private struct IoStatus
    {
        public nint Status;
        public nint Information;
    }

    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct Basic
    {
        public long Created;
        public long Accessed;
        public long Modified;
        public long Changed;
        public uint Attributes;
    }

    [StructLayout(LayoutKind.Sequential, Size = 24)]
    private struct Standard
    {
        public long Allocated;
        public long Length;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Volume
    {
        public long Created;
        public uint SerialNumber;
    }
}
