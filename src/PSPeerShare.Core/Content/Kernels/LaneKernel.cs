using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>
/// Compresses as many rows side by side as a vector has 32-bit lanes: vector i holds word i of every row
/// (BLAKE3 paper, 5.3). Written once, compiled per vector width.
/// </summary>
/// <remarks>
/// Compiled fully at the first call: unoptimised, as a first tier would be, vector code is slower than scalar.
/// </remarks>
/// <typeparam name="TVector">The vector of lanes.</typeparam>
/// <typeparam name="TLanes">Its operations.</typeparam>
/// <typeparam name="TSingle">The rotations for a block that stands alone.</typeparam>
internal sealed unsafe class LaneKernel<TVector, TLanes, TSingle> : CompressionKernel
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TSingle : struct, IRotations<Vector128<uint>>
{
    // No register file holds the message besides the state, so it lives in memory; a vector that crosses a cache
    // line would cost two loads.
    private const int Alignment = 64;

    public override Blake3Kernel Kind => TLanes.Kind;

    protected override int Lanes => sizeof(TVector) / sizeof(uint);

    public override void Compress(byte* chain, byte* block, uint length, ulong counter, BlockFlags flags) =>
        SingleBlock<TSingle>.Compress(chain, block, length, counter, flags);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Pass(in RowShape shape, byte** rows, ulong counter, byte* output)
    {
        var scratch = stackalloc byte[(18 * sizeof(TVector)) + Alignment];
        var m = (TVector*)(((nuint)scratch + Alignment - 1) & ~(nuint)(Alignment - 1));
        var counters = m + 16;
        CountRows(shape, counter, (uint*)counters);

        var a = new Quad<TVector, TLanes>(Start(0), Start(1), Start(2), Start(3));
        var b = new Quad<TVector, TLanes>(Start(4), Start(5), Start(6), Start(7));
        var blocks = shape.Blocks;
        var ahead = rows[0] + (Lanes * ChunkBytes);
        fixed (byte* schedule = MessageSchedule)
        {
            for (var block = 0; block < blocks; block++)
            {
                Transpose(rows, block * BlockBytes, m);
                var c = new Quad<TVector, TLanes>(Start(0), Start(1), Start(2), Start(3));
                var d = new Quad<TVector, TLanes>(
                    counters[0],
                    counters[1],
                    TLanes.Broadcast(BlockBytes),
                    TLanes.Broadcast((uint)shape.FlagsOf(block)));

                for (var s = schedule; s < schedule + (Rounds * 16); s += 16)
                {
                    Mix(ref a, ref b, ref c, ref d, m, s);
                    (b, c, d) = (b.Turn1(), c.Turn2(), d.Turn3());
                    Mix(ref a, ref b, ref c, ref d, m, s + 8);
                    (b, c, d) = (b.Turn3(), c.Turn2(), d.Turn1());
                    PrefetchTwoLines(ref ahead);
                }

                PrefetchTwoLines(ref ahead);
                a ^= c;
                b ^= d;
            }
        }

        StoreHashes(a, output);
        StoreHashes(b, output + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Start(int word) => TLanes.Broadcast(InitialState[word]);

    /// <summary>The low words of the rows' counters, then the high words.</summary>
    private static void CountRows(in RowShape shape, ulong counter, uint* counters)
    {
        var lanes = sizeof(TVector) / sizeof(uint);
        for (var lane = 0; lane < lanes; lane++)
        {
            var value = counter + (shape.CounterStep * (ulong)lane);
            counters[lane] = (uint)value;
            counters[lanes + lane] = (uint)(value >> 32);
        }
    }

    /// <summary>
    /// Fetches the input of a later pass, 16 lines a block. A pass reads many rows at once, which the processor's
    /// own prefetching does not follow: from memory 16 lanes ran at 3.8 GB/s without this and 6 GB/s with it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchTwoLines(ref byte* ahead)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(ahead);
            Sse.Prefetch0(ahead + BlockBytes);
            ahead += 2 * BlockBytes;
        }
    }

    /// <summary>Turns one block of every row into 16 vectors, word by word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(byte** rows, nint offset, TVector* message)
    {
        for (var word = 0; word < 16; word += 4)
        {
            var words = new Quad<TVector, TLanes>(
                TLanes.LoadPieces(rows, offset),
                TLanes.LoadPieces(rows + 1, offset),
                TLanes.LoadPieces(rows + 2, offset),
                TLanes.LoadPieces(rows + 3, offset)).TransposePieces();
            message[word] = words.V0;
            message[word + 1] = words.V1;
            message[word + 2] = words.V2;
            message[word + 3] = words.V3;
            offset += 16;
        }
    }

    /// <summary>Writes four words of every row's hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreHashes(Quad<TVector, TLanes> words, byte* output)
    {
        var rows = words.TransposePieces();
        TLanes.StorePieces(rows.V0, output, 4 * HashBytes);
        TLanes.StorePieces(rows.V1, output + HashBytes, 4 * HashBytes);
        TLanes.StorePieces(rows.V2, output + (2 * HashBytes), 4 * HashBytes);
        TLanes.StorePieces(rows.V3, output + (3 * HashBytes), 4 * HashBytes);
    }

    /// <summary>The quarter round G (paper, 2.2) on four columns, with the first eight words of a schedule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Quad<TVector, TLanes> a,
        ref Quad<TVector, TLanes> b,
        ref Quad<TVector, TLanes> c,
        ref Quad<TVector, TLanes> d,
        TVector* m,
        byte* s)
    {
        a = a + new Quad<TVector, TLanes>(m[s[0]], m[s[2]], m[s[4]], m[s[6]]) + b;
        d = (d ^ a).Right16();
        c += d;
        b = (b ^ c).Right12();
        a = a + new Quad<TVector, TLanes>(m[s[1]], m[s[3]], m[s[5]], m[s[7]]) + b;
        d = (d ^ a).Right8();
        c += d;
        b = (b ^ c).Right7();
    }
}
