using System.Buffers;
using PSPeerShare.Core.Content.Kernels;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content;

/// <summary>
/// The part of BLAKE3's tree above the groups: joins the hashes of neighbours level by level. One that has no
/// neighbour goes up as it is, which yields BLAKE3's shape: every left subtree full (BLAKE3 paper, 2.1).
/// </summary>
internal static unsafe class GroupTree
{
    /// <summary>The root over the hashes of at least two groups.</summary>
    public static ContentHash Root(CompressionKernel kernel, ReadOnlySpan<byte> hashes)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(hashes.Length);
        try
        {
            hashes.CopyTo(scratch);
            var count = hashes.Length / HashBytes;
            fixed (byte* pair = scratch)
            {
                while (count > 2)
                {
                    count = JoinLevel(kernel, pair, count);
                }

                kernel.HashParent(pair, BlockFlags.Root, pair);
                return ContentHash.FromBytes(new ReadOnlySpan<byte>(pair, HashBytes));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>Joins the hashes at the front of a span to the one above them all, which is not the root.</summary>
    public static void JoinToOne(CompressionKernel kernel, Span<byte> hashes, int count)
    {
        fixed (byte* level = hashes)
        {
            while (count > 1)
            {
                count = JoinLevel(kernel, level, count);
            }
        }
    }

    /// <summary>Joins pairs in place and returns how many hashes the level above has.</summary>
    public static int JoinLevel(CompressionKernel kernel, byte* hashes, int count)
    {
        var pairs = count / 2;
        kernel.HashParents(hashes, pairs, hashes);
        if (count % 2 == 0)
        {
            return pairs;
        }

        new ReadOnlySpan<byte>(hashes + ((count - 1) * (nint)HashBytes), HashBytes)
            .CopyTo(new Span<byte>(hashes + (pairs * (nint)HashBytes), HashBytes));
        return pairs + 1;
    }
}
