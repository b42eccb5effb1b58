using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files.Native;

/// <summary>Reads the entries of one open folder of Windows with their facts.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsFolderReader : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private const int ModifiedOffset = 24;
    private const int LengthOffset = 40;
    private const int AttributesOffset = 56;
    private const int NameLengthOffset = 60;
    private const int NameOffset = 68;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _next = -1;

    public WindowsFolderReader(SafeFileHandle folder)
    {
        Folder = folder;
    }

    public SafeFileHandle Folder { get; }

    public string Name { get; private set; } = string.Empty;

    /// <summary>Attributes, length and time of the entry; not its identity.</summary>
    public WindowsStat Stat { get; private set; }

    /// <summary>Moves on: success, NoMoreFiles at the end, or an error.</summary>
    public uint Read()
    {
        do
        {
            if (_next < 0)
            {
                uint status = NtFile.ReadFolder(Folder, _buffer);
                if (NtStatus.IsError(status))
                {
                    return status == NtStatus.NoSuchFile ? NtStatus.NoMoreFiles : status;
                }

                _next = 0;
            }

            ReadOnlySpan<byte> record = _buffer.AsSpan(_next);
            int offset = MemoryMarshal.Read<int>(record);
            _next = offset == 0 ? -1 : _next + offset;
            int nameBytes = MemoryMarshal.Read<int>(record[NameLengthOffset..]);
            Name = new string(MemoryMarshal.Cast<byte, char>(record.Slice(NameOffset, nameBytes)));
            Stat = new WindowsStat(
                MemoryMarshal.Read<uint>(record[AttributesOffset..]),
                MemoryMarshal.Read<long>(record[LengthOffset..]),
                MemoryMarshal.Read<long>(record[ModifiedOffset..]),
                0,
                0,
                0);
        }
        while (Name is "." or "..");
        return 0;
    }

    public void Dispose()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            Folder.Dispose();
        }
    }
}
