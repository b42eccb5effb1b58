using System.Buffers;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files.Native;

/// <summary>
/// Files of Windows, opened relative to a folder's handle one segment at a time. The kernel takes such a name as it
/// is: no drive, no <c>..</c>, no device names, and a reparse point is opened itself instead of being followed.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class NtFile
{
    private const uint CaseInsensitive = 0x40;
    private const int BasicInformation = 4;
    private const int StandardInformation = 5;
    private const int InternalInformation = 6;
    private const int RenameInformation = 10;
    private const int DispositionInformation = 13;
    private const int AllocationInformation = 19;
    private const int FolderInformation = 2;
    private const int VolumeInformation = 1;
    private const int VolumeAttributes = 5;
    private const uint NamedStreams = 0x40000;
    private const uint NormalizedWithoutVolume = 4;
    private const int MaximumPath = 32768;

    /// <summary>Opens or makes one name in a folder; a reparse point is opened itself.</summary>
    public static uint Open(
        SafeFileHandle folder, string name, uint access, uint share, uint disposition, uint options, out SafeFileHandle handle)
    {
        nint opened = 0;
        uint status;
        fixed (char* text = name)
        {
            UnicodeString unicode = new()
            {
                Length = (ushort)(name.Length * sizeof(char)),
                MaximumLength = (ushort)(name.Length * sizeof(char)),
                Text = text,
            };
            using HandleHold parent = new(folder);
            ObjectAttributes attributes = new()
            {
                Length = (uint)sizeof(ObjectAttributes),
                RootFolder = parent.Value,
                Name = &unicode,
                Attributes = CaseInsensitive,
            };
            IoStatus io;
            status = NtCreateFile(
                &opened,
                access | NtAccess.Synchronize | NtAccess.ReadAttributes,
                &attributes,
                &io,
                null,
                0,
                share,
                disposition,
                options | NtAccess.SynchronousIo | NtAccess.OpenReparsePoint,
                null,
                0);
        }

        handle = new SafeFileHandle(NtStatus.IsError(status) ? -1 : opened, ownsHandle: true);
        return status;
    }

    /// <summary>Opens a folder that the local user names, through links, as any program does.</summary>
    public static SafeFileHandle OpenByPath(string path)
    {
        const uint OpenExisting = 3;
        const uint BackupSemantics = 0x02000000;
        string full = path.StartsWith(@"\\", StringComparison.Ordinal) ? path : @"\\?\" + path;
        return CreateFile(full, NtAccess.ReadData | NtAccess.ReadAttributes, NtAccess.ShareAll, 0, OpenExisting, BackupSemantics, 0);
    }

    public static uint Stat(SafeFileHandle handle, out WindowsStat stat)
    {
        Basic basic = default;
        Standard standard = default;
        Volume volume = default;
        long index = 0;
        uint status = Query(handle, &basic, sizeof(Basic), BasicInformation);
        status = NtStatus.IsError(status) ? status : Query(handle, &standard, sizeof(Standard), StandardInformation);
        status = NtStatus.IsError(status) ? status : Query(handle, &index, sizeof(long), InternalInformation);
        if (NtStatus.IsError(status))
        {
            stat = default;
            return status;
        }

        // Its label may not fit; the number in front of it does.
        _ = QueryVolume(handle, &volume, sizeof(Volume), VolumeInformation);
        stat = new WindowsStat(
            basic.Attributes, standard.Length, basic.Modified, basic.Changed, volume.SerialNumber, (ulong)index);
        return status;
    }

    public static uint SetModified(SafeFileHandle handle, long fileTime)
    {
        Basic basic = new() { Modified = fileTime };
        return Set(handle, &basic, sizeof(Basic), BasicInformation);
    }

    public static uint SetDeleteOnClose(SafeFileHandle handle, bool isDeleted)
    {
        byte value = isDeleted ? (byte)1 : (byte)0;
        return Set(handle, &value, sizeof(byte), DispositionInformation);
    }

    public static uint Reserve(SafeFileHandle handle, long length) =>
        Set(handle, &length, sizeof(long), AllocationInformation);

    /// <summary>Moves an open file to a name in a folder.</summary>
    public static uint Rename(SafeFileHandle handle, SafeFileHandle folder, string name, bool replace)
    {
        // A flag, the folder's handle, the length of the name, the name.
        int lengthOffset = 2 * sizeof(nint);
        int nameOffset = lengthOffset + sizeof(int);
        int nameBytes = name.Length * sizeof(char);
        byte* buffer = stackalloc byte[nameOffset + ((Protocol.WirePath.MaximumSegmentBytes + 1) * sizeof(char))];
        using HandleHold target = new(folder);
        *(nint*)buffer = replace ? 1 : 0;
        *(nint*)(buffer + sizeof(nint)) = target.Value;
        *(int*)(buffer + lengthOffset) = nameBytes;
        name.CopyTo(new Span<char>(buffer + nameOffset, name.Length));

        // The kernel wants the whole structure, which has room for two characters, also for a name of one.
        return Set(handle, buffer, Math.Max(nameOffset + nameBytes, 3 * sizeof(nint)), RenameInformation);
    }

    public static uint Flush(SafeFileHandle handle)
    {
        IoStatus io;
        return NtFlushBuffersFile(handle, &io);
    }

    /// <summary>Fills a buffer with entries; restarts at the first call of a handle.</summary>
    public static uint ReadFolder(SafeFileHandle handle, Span<byte> buffer)
    {
        IoStatus io;
        fixed (byte* pointer = buffer)
        {
            return NtQueryDirectoryFile(
                handle, 0, 0, 0, &io, pointer, (uint)buffer.Length, FolderInformation, 0, null, 0);
        }
    }

    /// <summary>Whether files of this volume can carry named streams.</summary>
    public static bool HasStreams(SafeFileHandle handle)
    {
        Span<uint> attributes = stackalloc uint[128];
        fixed (uint* pointer = attributes)
        {
            return !NtStatus.IsError(QueryVolume(handle, pointer, attributes.Length * sizeof(uint), VolumeAttributes))
                && (attributes[0] & NamedStreams) != 0;
        }
    }

    /// <summary>The path of an open file on its volume with the long form of every name, or an empty text.</summary>
    public static string FinalPath(SafeFileHandle handle)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(MaximumPath);
        try
        {
            fixed (char* pointer = buffer)
            {
                uint length = GetFinalPathNameByHandle(handle, pointer, (uint)buffer.Length, NormalizedWithoutVolume);
                return length < buffer.Length ? new string(buffer, 0, (int)length) : string.Empty;
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }
}
