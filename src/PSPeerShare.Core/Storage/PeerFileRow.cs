using System.Text;

namespace PSPeerShare.Core.Storage;

/// <summary>A file that a peer announces.</summary>
/// <param name="Folder">The share and the folders below it, with <c>/</c> between segments; empty for a share that is a file.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">Nanoseconds since 1970 UTC.</param>
/// <param name="Root">The hash of its content, as far as the peer says it.</param>
internal readonly record struct PeerFileRow(string Folder, string Name, long Length, long Modified, byte[]? Root)
{
    /// <summary>What a row takes besides its text, about.</summary>
    public const int Overhead = 64;

    /// <summary>What the file counts against the bytes of a catalog.</summary>
    public long Cost => Overhead + Encoding.UTF8.GetByteCount(Folder) + Encoding.UTF8.GetByteCount(Name);
}
