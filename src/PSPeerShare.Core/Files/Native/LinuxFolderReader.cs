using System.Buffers;

namespace PSPeerShare.Core.Files.Native;

/// <summary>Reads directory records (getdents64), which come as raw bytes and so show names that are not UTF-8.</summary>
internal sealed class LinuxFolderReader : FolderReader
{
    private const int BufferBytes = 32 * 1024;
    private const int LengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    private readonly LinuxFileCalls _calls;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _filled;
    private int _next;
    private int _name;
    private int _nameEnd;
    private byte _type;

    public LinuxFolderReader(LinuxFileCalls calls, int folder)
    {
        _calls = calls;
        Folder = folder;
    }

    public override int Folder { get; }

    public override ReadOnlySpan<byte> Name => _buffer.AsSpan(_name.._nameEnd);

    public override EntryKind Kind => ToKind(_type);

    public override int Read()
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        while (true)
        {
            if (_next >= _filled)
            {
                _next = 0;
                _filled = _calls.GetEntries(Folder, _buffer);
                if (_filled <= 0)
                {
                    int result = _filled;
                    _filled = 0;
                    return result;
                }
            }

            ReadOnlySpan<byte> record = _buffer.AsSpan(_next, _filled - _next);
            int length = BitConverter.ToUInt16(record[LengthOffset..]);
            _type = record[TypeOffset];
            _name = _next + NameOffset;
            _nameEnd = _name + record[NameOffset..length].IndexOf((byte)0) + 1;
            _next += length;
            if (!IsSelfOrParent(Name))
            {
                return 1;
            }
        }
    }

    public override void Dispose()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            _calls.Close(Folder);
        }
    }

    private static bool IsSelfOrParent(ReadOnlySpan<byte> name) =>
        name.SequenceEqual(".\0"u8) || name.SequenceEqual("..\0"u8);
}
