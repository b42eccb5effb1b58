using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>The compression function word by word (BLAKE3 paper, 2.2), for machines without vectors.</summary>
internal sealed unsafe class ScalarKernel : CompressionKernel
{
    public override Blake3Kernel Kind => Blake3Kernel.Scalar;

    protected override int Lanes => 1;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Compress(byte* chain, byte* block, uint length, ulong counter, BlockFlags flags)
    {
        var message = stackalloc uint[16];
        var state = stackalloc uint[16];
        ReadWords(block, message, 16);
        ReadWords(chain, state, 8);
        InitialState[..4].CopyTo(new Span<uint>(state + 8, 4));
        state[12] = (uint)counter;
        state[13] = (uint)(counter >> 32);
        state[14] = length;
        state[15] = (uint)flags;

        fixed (byte* schedule = MessageSchedule)
        {
            for (var round = schedule; round < schedule + (Rounds * 16); round += 16)
            {
                Mix(state, 0, 4, 8, 12, message[round[0]], message[round[1]]);
                Mix(state, 1, 5, 9, 13, message[round[2]], message[round[3]]);
                Mix(state, 2, 6, 10, 14, message[round[4]], message[round[5]]);
                Mix(state, 3, 7, 11, 15, message[round[6]], message[round[7]]);
                Mix(state, 0, 5, 10, 15, message[round[8]], message[round[9]]);
                Mix(state, 1, 6, 11, 12, message[round[10]], message[round[11]]);
                Mix(state, 2, 7, 8, 13, message[round[12]], message[round[13]]);
                Mix(state, 3, 4, 9, 14, message[round[14]], message[round[15]]);
            }
        }

        var output = new Span<byte>(chain, HashBytes);
        for (var word = 0; word < 8; word++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(output[(4 * word)..], state[word] ^ state[word + 8]);
        }
    }

    protected override void Pass(in RowShape shape, byte** rows, ulong counter, byte* output) =>
        throw new NotSupportedException("A kernel of one lane makes no passes.");

    private static void ReadWords(byte* source, uint* words, int count)
    {
        for (var word = 0; word < count; word++)
        {
            words[word] = BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(source + (4 * word), 4));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(uint* state, int a, int b, int c, int d, uint first, uint second)
    {
        var (va, vb, vc, vd) = (state[a], state[b], state[c], state[d]);
        va += vb + first;
        vd = BitOperations.RotateRight(vd ^ va, 16);
        vc += vd;
        vb = BitOperations.RotateRight(vb ^ vc, 12);
        va += vb + second;
        vd = BitOperations.RotateRight(vd ^ va, 8);
        vc += vd;
        vb = BitOperations.RotateRight(vb ^ vc, 7);
        (state[a], state[b], state[c], state[d]) = (va, vb, vc, vd);
    }
}
