using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>An open folder of Linux and macOS. Short files are read without an object each.</summary>
internal sealed class UnixReadableFolder(UnixSafeRoot root, FolderLease folder, string[] segments) : ReadableFolder
{
    private readonly UnixFileCalls _calls = root.Calls;
    private bool _isDisposed;

    /// <inheritdoc/>
    public override SafeFileHandle OpenRead(string name, out FileFacts facts)
    {
        int file = root.OpenRegular(folder, name, out facts);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw UnixErrors.Reading(-file, root.Show([.. segments, name]));
    }

    /// <inheritdoc/>
    public override int ReadShort(string name, Span<byte> buffer, out FileFacts facts)
    {
        int file = root.OpenRegular(folder, name, out facts);
        if (file < 0)
        {
            throw UnixErrors.Reading(-file, root.Show([.. segments, name]));
        }

        try
        {
            return facts.Length < buffer.Length ? Read(file, buffer, facts, name) : -1;
        }
        finally
        {
            _calls.Close(file);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            folder.Dispose();
        }
    }

    private int Read(int file, Span<byte> buffer, in FileFacts facts, string name)
    {
        int length = 0;
        while (length < facts.Length)
        {
            int read = _calls.Read(file, buffer[length..], length);
            if (read is 0 || (read < 0 && read != -Errno.Interrupted))
            {
                return read == 0 ? -1 : throw UnixErrors.Reading(-read, root.Show([.. segments, name]));
            }

            length += Math.Max(read, 0);
        }

        return length == facts.Length && _calls.Stat(file, out UnixStat now) >= 0 && now.Facts == facts ? length : -1;
    }
}
