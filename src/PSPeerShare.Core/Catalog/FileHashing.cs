using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>Hashes open files.</summary>
internal static class FileHashing
{
    private const int ReadBytes = 1 << 20;

    /// <summary>The file's hash, or <see langword="null"/> when it changed while it was read.</summary>
    public static ContentHash? HashUnchanged(SafeFileHandle handle, FileFacts facts, CancellationToken cancellationToken)
    {
        Blake3Hasher hasher = new();
        using PooledBuffer buffer = PooledBuffer.Rent((int)Math.Clamp(facts.Length, 1, ReadBytes));
        long offset = 0;
        int read;
        while ((read = RandomAccess.Read(handle, buffer.Span, offset)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hasher.Update(buffer.Span[..read]);
            offset += read;
        }

        return offset == facts.Length && SafeRoot.Stat(handle) == facts ? hasher.Finish() : null;
    }
}
