using System.Runtime.InteropServices;

namespace PSPeerShare.Core.Files.Native;

/// <summary>Reads a folder through readdir.</summary>
internal sealed unsafe partial class MacFolderReader : FolderReader
{
    private const string Library = "libc";
    private const int NameLengthOffset = 18;
    private const int TypeOffset = 20;
    private const int NameOffset = 21;

    private static readonly bool s_isArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private readonly UnixFileCalls _calls;
    private readonly nint _stream;
    private bool _isClosed;
    private byte* _entry;

    public MacFolderReader(UnixFileCalls calls, int folder)
    {
        _calls = calls;
        Folder = folder;
        _stream = s_isArm64 ? OpenArm64(folder) : OpenX64(folder);
    }

    public override int Folder { get; }

    public override ReadOnlySpan<byte> Name => new(_entry + NameOffset, *(ushort*)(_entry + NameLengthOffset) + 1);

    public override EntryKind Kind => ToKind(_entry[TypeOffset]);

    public override int Read()
    {
        if (_stream == 0 || _isClosed)
        {
            return -Errno.Io;
        }

        do
        {
            _entry = s_isArm64 ? ReadArm64(_stream) : ReadX64(_stream);
            if (_entry is null)
            {
                return -Marshal.GetLastPInvokeError();
            }
        }
        while (Name.SequenceEqual(".\0"u8) || Name.SequenceEqual("..\0"u8));
        return 1;
    }

    public override void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (_stream != 0)
        {
            _ = CloseStream(_stream);
        }
        else
        {
            _calls.Close(Folder);
        }
    }

    [LibraryImport(Library, EntryPoint = "fdopendir")]
    private static partial nint OpenArm64(int folder);

    [LibraryImport(Library, EntryPoint = "fdopendir$INODE64")]
    private static partial nint OpenX64(int folder);

    [LibraryImport(Library, EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* ReadArm64(nint stream);

    [LibraryImport(Library, EntryPoint = "readdir$INODE64", SetLastError = true)]
    private static partial byte* ReadX64(nint stream);

    [LibraryImport(Library, EntryPoint = "closedir")]
    private static partial int CloseStream(nint stream);
}
