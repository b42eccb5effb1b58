using System.Runtime.CompilerServices;
using PSPeerShare.Core.Content.Kernels;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content;

/// <summary>
/// Hashes complete subtrees of BLAKE3 (a power of two of whole chunks each) in one go, level by level, so that
/// chunks and parents both fill the vectors (BLAKE3 paper, 5.3).
/// </summary>
internal static unsafe class ChunkBatch
{
    /// <summary>
    /// The most chunks of one batch. The levels near a subtree's top leave lanes idle; at 256 chunks that costs
    /// about one part in a hundred, and the hashes still fit the first-level cache.
    /// </summary>
    public const int MostChunks = 256;

    /// <summary>Hashes whole chunks down to the hashes of equal subtrees, none of them the root.</summary>
    /// <remarks>
    /// <paramref name="chunks"/>, at most <see cref="MostChunks"/>, is <paramref name="subtrees"/> times a power of
    /// two; <paramref name="counter"/>, the index of the first, is a multiple of that power.
    /// <paramref name="output"/> receives 32 bytes per subtree.
    /// </remarks>
    [SkipLocalsInit]
    public static void Hash(
        CompressionKernel kernel, byte* input, int chunks, ulong counter, int subtrees, byte* output)
    {
        var hashes = stackalloc byte[MostChunks * HashBytes];
        kernel.HashChunks(input, chunks, counter, hashes);
        var count = chunks;
        while (count > subtrees)
        {
            count /= 2;
            kernel.HashParents(hashes, count, hashes);
        }

        Unsafe.CopyBlockUnaligned(output, hashes, (uint)(count * HashBytes));
    }
}
