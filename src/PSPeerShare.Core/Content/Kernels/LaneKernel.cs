using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>
/// Compresses as many rows side by side as a vector has 32-bit lanes: vector i holds word i of every row
/// (BLAKE3 paper, 5.3). Written once, compiled per vector width.
/// </summary>
/// <typeparam name="TVector">The vector of lanes.</typeparam>
/// <typeparam name="TLanes">Its operations.</typeparam>
/// <typeparam name="TSingle">The rotations for a block that stands alone.</typeparam>
internal sealed unsafe class LaneKernel<TVector, TLanes, TSingle> : CompressionKernel
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TSingle : struct, IRotations<Vector128<uint>>
{
    // Message and chain live in memory between the steps, since no register file holds them and the state; a
    // vector that crosses a cache line costs two loads.
    private const int Alignment = 64;

    public override Blake3Kernel Kind => TLanes.Kind;

    protected override int Lanes => sizeof(TVector) / sizeof(uint);

    public override void Compress(byte* chain, byte* block, uint length, ulong counter, BlockFlags flags) =>
        SingleBlock<TSingle>.Compress(chain, block, length, counter, flags);

    [SkipLocalsInit]
    protected override void Pass(in RowShape shape, byte** rows, ulong counter, byte* output)
    {
        var scratch = stackalloc byte[(26 * sizeof(TVector)) + Alignment];
        var message = (TVector*)(((nuint)scratch + Alignment - 1) & ~(nuint)(Alignment - 1));
        var chain = message + 16;
        var counters = chain + 8;
        CountRows(shape, counter, (uint*)counters);
        for (var word = 0; word < 8; word++)
        {
            chain[word] = TLanes.Broadcast(InitialState[word]);
        }

        fixed (byte* schedule = MessageSchedule)
        {
            for (var block = 0; block < shape.Blocks; block++)
            {
                Transpose(rows, block * BlockBytes, message);
                CompressLanes(chain, message, counters, (uint)shape.FlagsOf(block), schedule);
            }
        }

        StoreHashes(chain, output);
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
    private static void Transpose(byte** rows, nint offset, TVector* message)
    {
        for (var word = 0; word < 16; word += 4)
        {
            var row0 = TLanes.LoadPieces(rows, offset);
            var row1 = TLanes.LoadPieces(rows + 1, offset);
            var row2 = TLanes.LoadPieces(rows + 2, offset);
            var row3 = TLanes.LoadPieces(rows + 3, offset);
            TransposePieces(ref row0, ref row1, ref row2, ref row3);
            message[word] = row0;
            message[word + 1] = row1;
            message[word + 2] = row2;
            message[word + 3] = row3;
            offset += 16;
        }
    }

    private static void StoreHashes(TVector* chain, byte* output)
    {
        for (var word = 0; word < 8; word += 4)
        {
            var (row0, row1, row2, row3) = (chain[word], chain[word + 1], chain[word + 2], chain[word + 3]);
            TransposePieces(ref row0, ref row1, ref row2, ref row3);
            var destination = output + (word * sizeof(uint));
            TLanes.StorePieces(row0, destination, 4 * HashBytes);
            TLanes.StorePieces(row1, destination + HashBytes, 4 * HashBytes);
            TLanes.StorePieces(row2, destination + (2 * HashBytes), 4 * HashBytes);
            TLanes.StorePieces(row3, destination + (3 * HashBytes), 4 * HashBytes);
        }
    }

    /// <summary>A 4 × 4 transposition within every piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposePieces(ref TVector row0, ref TVector row1, ref TVector row2, ref TVector row3)
    {
        var low01 = TLanes.InterleaveLow32(row0, row1);
        var high01 = TLanes.InterleaveHigh32(row0, row1);
        var low23 = TLanes.InterleaveLow32(row2, row3);
        var high23 = TLanes.InterleaveHigh32(row2, row3);
        row0 = TLanes.InterleaveLow64(low01, low23);
        row1 = TLanes.InterleaveHigh64(low01, low23);
        row2 = TLanes.InterleaveLow64(high01, high23);
        row3 = TLanes.InterleaveHigh64(high01, high23);
    }

    private static void CompressLanes(TVector* chain, TVector* m, TVector* counters, uint flags, byte* schedule)
    {
        var (v0, v1, v2, v3) = (chain[0], chain[1], chain[2], chain[3]);
        var (v4, v5, v6, v7) = (chain[4], chain[5], chain[6], chain[7]);
        var v8 = TLanes.Broadcast(InitialState[0]);
        var v9 = TLanes.Broadcast(InitialState[1]);
        var v10 = TLanes.Broadcast(InitialState[2]);
        var v11 = TLanes.Broadcast(InitialState[3]);
        var (v12, v13) = (counters[0], counters[1]);
        var v14 = TLanes.Broadcast(BlockBytes);
        var v15 = TLanes.Broadcast(flags);

        for (var s = schedule; s < schedule + (Rounds * 16); s += 16)
        {
            Mix(ref v0, ref v4, ref v8, ref v12, m[s[0]], m[s[1]]);
            Mix(ref v1, ref v5, ref v9, ref v13, m[s[2]], m[s[3]]);
            Mix(ref v2, ref v6, ref v10, ref v14, m[s[4]], m[s[5]]);
            Mix(ref v3, ref v7, ref v11, ref v15, m[s[6]], m[s[7]]);
            Mix(ref v0, ref v5, ref v10, ref v15, m[s[8]], m[s[9]]);
            Mix(ref v1, ref v6, ref v11, ref v12, m[s[10]], m[s[11]]);
            Mix(ref v2, ref v7, ref v8, ref v13, m[s[12]], m[s[13]]);
            Mix(ref v3, ref v4, ref v9, ref v14, m[s[14]], m[s[15]]);
        }

        chain[0] = TLanes.Xor(v0, v8);
        chain[1] = TLanes.Xor(v1, v9);
        chain[2] = TLanes.Xor(v2, v10);
        chain[3] = TLanes.Xor(v3, v11);
        chain[4] = TLanes.Xor(v4, v12);
        chain[5] = TLanes.Xor(v5, v13);
        chain[6] = TLanes.Xor(v6, v14);
        chain[7] = TLanes.Xor(v7, v15);
    }

    /// <summary>The quarter round G (paper, 2.2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref TVector a, ref TVector b, ref TVector c, ref TVector d, TVector first, TVector second)
    {
        a = TLanes.Add(TLanes.Add(a, first), b);
        d = TLanes.RotateRight16(TLanes.Xor(d, a));
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight12(TLanes.Xor(b, c));
        a = TLanes.Add(TLanes.Add(a, second), b);
        d = TLanes.RotateRight8(TLanes.Xor(d, a));
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight7(TLanes.Xor(b, c));
    }
}
