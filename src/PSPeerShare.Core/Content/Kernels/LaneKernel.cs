using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>
/// Compresses as many rows side by side as a vector has 32-bit lanes: vector i holds word i of every row
/// (BLAKE3 paper, 5.3). Written once, compiled per vector width.
/// </summary>
/// <remarks>
/// Compiled fully at the first call: unoptimised, as a first tier would be, vector code is slower than scalar. The
/// rounds are a method of their own, for the compiler inlines only so much into one.
/// </remarks>
/// <typeparam name="TVector">The vector of lanes.</typeparam>
/// <typeparam name="TLanes">Its operations.</typeparam>
/// <typeparam name="TSingle">The rotations for a block that stands alone.</typeparam>
internal sealed unsafe class LaneKernel<TVector, TLanes, TSingle> : CompressionKernel
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TSingle : struct, IRotations<Vector128<uint>>
{
    // What does not fit registers lies in one workspace: 16 message vectors first, then these.
    private const int ThirdRow = 16;
    private const int Counters = 20;
    private const int Chain = 22;
    private const int WorkspaceVectors = 30;

    // A vector that crosses a cache line costs two loads.
    private const int Alignment = 64;

    // With 16 registers the compiler would spill to wherever the stack is, half of the time across cache lines:
    // 8 lanes ran at 2.3 or at 3.7 GB/s, as it fell. With the third row of the state in the workspace they run at 4.1.
    // AVX-512 and Arm have 32 registers.
    private static bool HoldsWholeState => Avx512F.VL.IsSupported || AdvSimd.IsSupported;

    public override Blake3Kernel Kind => TLanes.Kind;

    protected override int Lanes => sizeof(TVector) / sizeof(uint);

    public override void Compress(byte* chain, byte* block, uint length, ulong counter, BlockFlags flags) =>
        SingleBlock<TSingle>.Compress(chain, block, length, counter, flags);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Pass(in RowShape shape, byte** rows, ulong counter, byte* output)
    {
        var scratch = stackalloc byte[(WorkspaceVectors * sizeof(TVector)) + Alignment];
        var workspace = (TVector*)(((nuint)scratch + Alignment - 1) & ~(nuint)(Alignment - 1));
        CountRows(shape, counter, (uint*)(workspace + Counters));
        for (var word = 0; word < 8; word++)
        {
            workspace[Chain + word] = TLanes.Broadcast(InitialState[word]);
        }

        CompressRows(shape, rows, workspace);
        StoreHashes(workspace + Chain, output);
        StoreHashes(workspace + Chain + 4, output + 16);
    }

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

    /// <summary>Turns one block of every row into 16 vectors, word by word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(byte** rows, nint offset, TVector* message)
    {
        for (var word = 0; word < 16; word += 4)
        {
            new Quad<TVector, TLanes>(
                TLanes.LoadPieces(rows, offset),
                TLanes.LoadPieces(rows + 1, offset),
                TLanes.LoadPieces(rows + 2, offset),
                TLanes.LoadPieces(rows + 3, offset)).TransposePieces().Store(message + word, 0);
            offset += 16;
        }
    }

    /// <summary>The compression function (paper, 2.2) on one block of every row after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CompressRows(in RowShape shape, byte** rows, TVector* workspace)
    {
        var a = Quad<TVector, TLanes>.Load(workspace + Chain, 0);
        var b = Quad<TVector, TLanes>.Load(workspace + Chain + 4, 0);
        var blocks = shape.Blocks;
        var ahead = rows[0] + (sizeof(TVector) / sizeof(uint) * ChunkBytes);
        fixed (byte* schedule = MessageSchedule)
        {
            for (var block = 0; block < blocks; block++)
            {
                Transpose(rows, block * BlockBytes, workspace);
                var c = new Quad<TVector, TLanes>(
                    TLanes.Broadcast(InitialState[0]),
                    TLanes.Broadcast(InitialState[1]),
                    TLanes.Broadcast(InitialState[2]),
                    TLanes.Broadcast(InitialState[3]));
                c.Store(workspace + ThirdRow, 0);
                var d = new Quad<TVector, TLanes>(
                    workspace[Counters],
                    workspace[Counters + 1],
                    TLanes.Broadcast(BlockBytes),
                    TLanes.Broadcast((uint)shape.FlagsOf(block)));

                for (var s = schedule; s < schedule + (Rounds * 16); s += 16)
                {
                    Mix(ref a, ref b, ref c, ref d, 0, workspace, s);
                    (b, d) = (b.Turn1(), d.Turn3());
                    Mix(ref a, ref b, ref c, ref d, 2, workspace, s + 8);
                    (b, d) = (b.Turn3(), d.Turn1());
                    PrefetchTwoLines(ref ahead);
                }

                PrefetchTwoLines(ref ahead);
                a ^= HoldsWholeState ? c : Quad<TVector, TLanes>.Load(workspace + ThirdRow, 0);
                b ^= d;
            }
        }

        a.Store(workspace + Chain, 0);
        b.Store(workspace + Chain + 4, 0);
    }

    /// <summary>The quarter round G on four columns, with the first eight words of a schedule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Quad<TVector, TLanes> a,
        ref Quad<TVector, TLanes> b,
        ref Quad<TVector, TLanes> c,
        ref Quad<TVector, TLanes> d,
        int turn,
        TVector* m,
        byte* s)
    {
        a = a + new Quad<TVector, TLanes>(m[s[0]], m[s[2]], m[s[4]], m[s[6]]) + b;
        d = (d ^ a).Right16();
        b = (b ^ AddToThird(ref c, d, turn, m)).Right12();
        a = a + new Quad<TVector, TLanes>(m[s[1]], m[s[3]], m[s[5]], m[s[7]]) + b;
        d = (d ^ a).Right8();
        b = (b ^ AddToThird(ref c, d, turn, m)).Right7();
    }

    /// <summary>Adds to the third row where it lives and returns it turned left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TVector, TLanes> AddToThird(
        ref Quad<TVector, TLanes> c, Quad<TVector, TLanes> d, int turn, TVector* workspace)
    {
        if (HoldsWholeState)
        {
            c += turn == 0 ? d : d.Turn2();
            return turn == 0 ? c : c.Turn2();
        }

        var sum = Quad<TVector, TLanes>.Load(workspace + ThirdRow, turn) + d;
        sum.Store(workspace + ThirdRow, turn);
        return sum;
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

    /// <summary>Writes four words of every row's hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreHashes(TVector* words, byte* output)
    {
        var rows = Quad<TVector, TLanes>.Load(words, 0).TransposePieces();
        TLanes.StorePieces(rows.V0, output, 4 * HashBytes);
        TLanes.StorePieces(rows.V1, output + HashBytes, 4 * HashBytes);
        TLanes.StorePieces(rows.V2, output + (2 * HashBytes), 4 * HashBytes);
        TLanes.StorePieces(rows.V3, output + (3 * HashBytes), 4 * HashBytes);
    }
}
