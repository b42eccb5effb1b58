using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files;

/// <summary>
/// One folder below a root, held open to read many of its files: each by its own name, by the rules of
/// <see cref="SafeRoot.OpenRead"/>. It sees the folder that was there when it was opened.
/// </summary>
/// <remarks>Any thread.</remarks>
internal abstract class ReadableFolder : IDisposable
{
    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="PeerShareException">As <see cref="SafeRoot.OpenRead"/>.</exception>
    public abstract SafeFileHandle OpenRead(string name, out FileFacts facts);

    /// <summary>
    /// Reads a whole file that leaves at least one byte of the buffer free and does not change meanwhile.
    /// </summary>
    /// <returns>Its length; -1 for one that is longer or changes, of which nothing is told.</returns>
    /// <exception cref="PeerShareException">As <see cref="SafeRoot.OpenRead"/>.</exception>
    public virtual int ReadShort(string name, Span<byte> buffer, out FileFacts facts)
    {
        using SafeFileHandle handle = OpenRead(name, out facts);
        if (facts.Length >= buffer.Length)
        {
            return -1;
        }

        int length = 0;
        int read;
        while (length <= facts.Length && (read = RandomAccess.Read(handle, buffer[length..], length)) > 0)
        {
            length += read;
        }

        return length == facts.Length && SafeRoot.Stat(handle) == facts ? length : -1;
    }

    /// <summary>
    /// Reads a whole file that has been looked at a moment ago, if it still is what it was then when its last byte has
    /// been read, and leaves at least one byte of the buffer free.
    /// </summary>
    /// <returns>Its length; -1 for one that is longer, other than it was, missing or unreadable.</returns>
    public virtual int ReadKnown(string name, in FileFacts known, Span<byte> buffer)
    {
        try
        {
            int length = ReadShort(name, buffer, out FileFacts facts);
            return facts == known ? length : -1;
        }
        catch (PeerShareException)
        {
            return -1;
        }
    }

    /// <summary>Closes the folder.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the folder.</summary>
    protected abstract void Dispose(bool disposing);
}
