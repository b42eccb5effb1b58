using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>
/// The compression function of one block with its 4 × 4 state in four vectors, the columns mixed side by side,
/// then the diagonals (BLAKE3 paper, 2.2). Little-endian machines only.
/// </summary>
internal static unsafe class SingleBlock<TRotations>
    where TRotations : struct, IRotations<Vector128<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(byte* chain, byte* block, uint length, ulong counter, BlockFlags flags)
    {
        var words = (uint*)chain;
        var m = (uint*)block;
        var a = Vector128.Load(words);
        var b = Vector128.Load(words + 4);
        var c = Vector128.Create(InitialState);
        var d = Vector128.Create((uint)counter, (uint)(counter >> 32), length, (uint)flags);

        fixed (byte* schedule = MessageSchedule)
        {
            for (var s = schedule; s < schedule + (Rounds * 16); s += 16)
            {
                var first = Vector128.Create(m[s[0]], m[s[2]], m[s[4]], m[s[6]]);
                var second = Vector128.Create(m[s[1]], m[s[3]], m[s[5]], m[s[7]]);
                Mix(ref a, ref b, ref c, ref d, first, second);

                b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
                c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
                d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
                first = Vector128.Create(m[s[8]], m[s[10]], m[s[12]], m[s[14]]);
                second = Vector128.Create(m[s[9]], m[s[11]], m[s[13]], m[s[15]]);
                Mix(ref a, ref b, ref c, ref d, first, second);

                b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
                c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
                d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
            }
        }

        (a ^ c).Store(words);
        (b ^ d).Store(words + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector128<uint> a,
        ref Vector128<uint> b,
        ref Vector128<uint> c,
        ref Vector128<uint> d,
        Vector128<uint> first,
        Vector128<uint> second)
    {
        a = a + first + b;
        d = TRotations.RotateRight16(d ^ a);
        c += d;
        b = TRotations.RotateRight12(b ^ c);
        a = a + second + b;
        d = TRotations.RotateRight8(d ^ a);
        c += d;
        b = TRotations.RotateRight7(b ^ c);
    }
}
