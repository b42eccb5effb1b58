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

    /// <inheritdoc/>
    public override int ReadKnown(string name, in FileFacts known, Span<byte> buffer)
    {
        if (known.Length >= buffer.Length)
        {
            return -1;
        }

        int file = root.OpenKnown(folder, name);
        if (file < 0)
        {
            return -1;
        }

        try
        {
            int length = ReadTo(file, buffer, known.Length);
            return length == known.Length && _calls.Stat(file, out UnixStat now) >= 0 && now.IsRegular && now.Facts == known ? length : -1;
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
        int length = ReadTo(file, buffer, facts.Length);
        return length < 0 ? throw UnixErrors.Reading(-length, root.Show([.. segments, name]))
            : length == facts.Length && _calls.Stat(file, out UnixStat now) >= 0 && now.Facts == facts ? length
            : -1;
    }

    /// <summary>Reads up to a length; answers how much there was, or a negated error number.</summary>
    private int ReadTo(int file, Span<byte> buffer, long end)
    {
        int length = 0;
        while (length < end)
        {
            int read = _calls.Read(file, buffer[length..], length);
            if (read is 0 || (read < 0 && read != -Errno.Interrupted))
            {
                return read < 0 ? read : length;
            }

            length += Math.Max(read, 0);
        }

        return length;
    }
}
