using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>Hashes open files, those whose content is not known.</summary>
internal static class FileHashing
{
    private const int ReadBytes = 1 << 20;

    /// <summary>
    /// The file's hash, from what is known or by reading it, and then it is known; <see langword="null"/> when it
    /// changed while it was read.
    /// </summary>
    public static ContentHash? HashUnchanged(
        IContentIndex contents, SafeFileHandle handle, FileFacts facts, CancellationToken cancellationToken) =>
        contents.TryGet(facts, out ContentHash known) ? known : ReadUnchanged(contents, handle, facts, cancellationToken);

    /// <summary>The hash of a file that is not known, by reading it; <see langword="null"/> when it changed meanwhile.</summary>
    public static ContentHash? ReadUnchanged(
        IContentIndex contents, SafeFileHandle handle, FileFacts facts, CancellationToken cancellationToken)
    {
        DateTimeOffset readFrom = DateTimeOffset.UtcNow;

        // A short file is one group: its hash is its tree.
        Outboard? tree = null;
        ContentHash? root = facts.Length <= GroupLayout.FewestBytes
            ? HashShort(handle, facts)
            : (tree = HashLong(handle, facts, cancellationToken))?.Root;
        if (root is not { } hash || SafeRoot.Stat(handle) != facts)
        {
            return null;
        }

        contents.Remember(facts, readFrom, hash, tree);
        return hash;
    }

    private static ContentHash? HashShort(SafeFileHandle handle, FileFacts facts)
    {
        // One byte more shows a file that has grown.
        Span<byte> buffer = stackalloc byte[GroupLayout.FewestBytes + 1];
        int length = 0;
        int read;
        while (length < buffer.Length && (read = RandomAccess.Read(handle, buffer[length..], length)) > 0)
        {
            length += read;
            if (length == facts.Length)
            {
                break;
            }
        }

        return length == facts.Length ? Blake3Hasher.Hash(buffer[..length]) : null;
    }

    private static Outboard? HashLong(SafeFileHandle handle, FileFacts facts, CancellationToken cancellationToken)
    {
        TreeHasher hasher = new();
        return Read(handle, facts, hasher.Update, cancellationToken) ? hasher.Finish() : null;
    }

    /// <summary>Reads the whole file; false when it has another length by now.</summary>
    private static bool Read(SafeFileHandle handle, FileFacts facts, SpanAction take, CancellationToken cancellationToken)
    {
        // One byte more shows a file that has grown.
        using PooledBuffer buffer = PooledBuffer.Rent((int)Math.Min(facts.Length + 1, ReadBytes));
        long offset = 0;
        int read;
        while ((read = RandomAccess.Read(handle, buffer.Span, offset)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            take(buffer.Span[..read]);
            offset += read;
        }

        return offset == facts.Length;
    }

    private delegate void SpanAction(ReadOnlySpan<byte> bytes);
}
