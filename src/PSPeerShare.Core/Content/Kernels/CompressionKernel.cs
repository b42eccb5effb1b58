using System.Runtime.CompilerServices;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>
/// Compresses many chunks or parents of equal length at once, or one block at a time. It knows nothing of the
/// tree above them. Stateless; any thread may use an instance.
/// </summary>
internal abstract unsafe class CompressionKernel
{
    /// <summary>No kernel has more lanes than this.</summary>
    protected const int MostLanes = 16;

    // A pass costs the same however many of its lanes carry work: about as much as this many single rows.
    private const int FewestRowsInPass = 3;

    public abstract Blake3Kernel Kind { get; }

    /// <summary>One with fewer lanes, for rows that it holds all of: its passes are cheaper.</summary>
    public CompressionKernel? Narrower { get; init; }

    /// <summary>How many rows one pass takes; 1 means that there are no passes.</summary>
    protected abstract int Lanes { get; }

    /// <summary>
    /// The compression function of one block (BLAKE3 paper, 2.2), of which BLAKE3's chaining needs the first
    /// eight output words only: <paramref name="chain"/> (32 bytes) is replaced by them.
    /// </summary>
    public abstract void Compress(byte* chain, byte* block, uint length, ulong counter, BlockFlags flags);

    /// <summary>Hashes whole chunks that lie one after the other, none of them the root (paper, 2.4).</summary>
    /// <remarks>The counter is the index of the first; the output receives 32 bytes per chunk.</remarks>
    public void HashChunks(byte* input, int count, ulong counter, byte* output) =>
        HashRows(new RowShape(ChunkBytes, 1, BlockFlags.None, BlockFlags.ChunkStart, BlockFlags.ChunkEnd),
            input, count, counter, output);

    /// <summary>Hashes pairs of hashes that lie one after the other, none of them the root (paper, 2.5).</summary>
    /// <remarks>The output receives 32 bytes per pair and may be where the input begins.</remarks>
    public void HashParents(byte* input, int count, byte* output) =>
        HashRows(new RowShape(BlockBytes, 0, BlockFlags.Parent, BlockFlags.None, BlockFlags.None),
            input, count, 0, output);

    /// <summary>Hashes one pair of hashes, with <see cref="BlockFlags.Root"/> if nothing is above it.</summary>
    /// <remarks>The output may be where the pair begins.</remarks>
    [SkipLocalsInit]
    public void HashParent(byte* pair, BlockFlags flags, byte* output)
    {
        var chain = stackalloc byte[HashBytes];
        ChainingValue.Start(chain);
        Compress(chain, pair, BlockBytes, 0, BlockFlags.Parent | flags);
        Unsafe.CopyBlockUnaligned(output, chain, HashBytes);
    }

    /// <summary>Fills all <see cref="Lanes"/> of a pass; one hash of 32 bytes per row is written.</summary>
    protected abstract void Pass(in RowShape shape, byte** rows, ulong counter, byte* output);

    [SkipLocalsInit]
    private void HashRows(in RowShape shape, byte* input, int count, ulong counter, byte* output)
    {
        if (Narrower is { } narrower && count <= narrower.Lanes)
        {
            narrower.HashRows(shape, input, count, counter, output);
            return;
        }

        if (Lanes > 1 && count >= FewestRowsInPass)
        {
            var rows = stackalloc byte*[MostLanes];
            while (count >= FewestRowsInPass)
            {
                var taken = Math.Min(count, Lanes);
                for (var lane = 0; lane < Lanes; lane++)
                {
                    rows[lane] = input + ((nint)shape.Bytes * Math.Min(lane, taken - 1));
                }

                if (taken == Lanes)
                {
                    Pass(shape, rows, counter, output);
                }
                else
                {
                    PassSome(shape, rows, counter, taken, output);
                }

                input += (nint)shape.Bytes * taken;
                output += HashBytes * taken;
                counter += shape.CounterStep * (ulong)taken;
                count -= taken;
            }
        }

        for (; count > 0; count--)
        {
            HashRow(shape, input, counter, output);
            input += shape.Bytes;
            output += HashBytes;
            counter += shape.CounterStep;
        }
    }

    /// <summary>The lanes without work repeat the last row, and what they yield is dropped.</summary>
    [SkipLocalsInit]
    private void PassSome(in RowShape shape, byte** rows, ulong counter, int taken, byte* output)
    {
        var hashes = stackalloc byte[MostLanes * HashBytes];
        Pass(shape, rows, counter, hashes);
        Unsafe.CopyBlockUnaligned(output, hashes, (uint)(taken * HashBytes));
    }

    [SkipLocalsInit]
    private void HashRow(in RowShape shape, byte* row, ulong counter, byte* output)
    {
        var chain = stackalloc byte[HashBytes];
        ChainingValue.Start(chain);
        for (var block = 0; block < shape.Blocks; block++)
        {
            Compress(chain, row + (block * BlockBytes), BlockBytes, counter, shape.FlagsOf(block));
        }

        Unsafe.CopyBlockUnaligned(output, chain, HashBytes);
    }
}
