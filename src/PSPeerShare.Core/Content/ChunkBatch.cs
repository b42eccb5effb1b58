using System.Runtime.CompilerServices;
using PSPeerShare.Core.Content.Kernels;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content;

/// <summary>
/// Hashes a complete subtree of BLAKE3 (a power of two of whole chunks) in one go, level by level, so that chunks
/// and parents both fill the vectors (BLAKE3 paper, 5.3).
/// </summary>
internal static unsafe class ChunkBatch
{
    /// <summary>
    /// The most chunks of one batch. The levels near a subtree's top leave lanes idle; at 256 chunks that costs
    /// about one part in a hundred, and the hashes still fit the first-level cache.
    /// </summary>
    public const int MostChunks = 256;

    /// <summary>Hashes whole chunks down to the two hashes below the top of their subtree.</summary>
    /// <remarks>
    /// <paramref name="chunks"/> is a power of two from 2 to <see cref="MostChunks"/>; <paramref name="counter"/>, the
    /// index of the first, a multiple of it. <paramref name="pair"/> receives 64 bytes, the left half's hash first.
    /// </remarks>
    [SkipLocalsInit]
    public static void HashToPair(CompressionKernel kernel, byte* input, int chunks, ulong counter, byte* pair)
    {
        var hashes = stackalloc byte[MostChunks * HashBytes];
        kernel.HashChunks(input, chunks, counter, hashes);
        for (var count = chunks; count > 2; count /= 2)
        {
            kernel.HashParents(hashes, count / 2, hashes);
        }

        Unsafe.CopyBlockUnaligned(pair, hashes, 2 * HashBytes);
    }
}
