using System.Runtime.CompilerServices;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>
/// One row of the 4 × 4 state. Its four vectors take each step together, so that the four independent quarter
/// rounds of a half round keep the processor's pipes full; one after the other is measurably slower.
/// </summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal unsafe struct Quad<TVector, TLanes>(TVector v0, TVector v1, TVector v2, TVector v3)
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    public TVector V0 = v0;
    public TVector V1 = v1;
    public TVector V2 = v2;
    public TVector V3 = v3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<TVector, TLanes> operator +(Quad<TVector, TLanes> left, Quad<TVector, TLanes> right) => new(
        TLanes.Add(left.V0, right.V0),
        TLanes.Add(left.V1, right.V1),
        TLanes.Add(left.V2, right.V2),
        TLanes.Add(left.V3, right.V3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<TVector, TLanes> operator ^(Quad<TVector, TLanes> left, Quad<TVector, TLanes> right) => new(
        TLanes.Xor(left.V0, right.V0),
        TLanes.Xor(left.V1, right.V1),
        TLanes.Xor(left.V2, right.V2),
        TLanes.Xor(left.V3, right.V3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> Right16() => new(
        TLanes.RotateRight16(V0), TLanes.RotateRight16(V1), TLanes.RotateRight16(V2), TLanes.RotateRight16(V3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> Right12() => new(
        TLanes.RotateRight12(V0), TLanes.RotateRight12(V1), TLanes.RotateRight12(V2), TLanes.RotateRight12(V3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> Right8() => new(
        TLanes.RotateRight8(V0), TLanes.RotateRight8(V1), TLanes.RotateRight8(V2), TLanes.RotateRight8(V3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> Right7() => new(
        TLanes.RotateRight7(V0), TLanes.RotateRight7(V1), TLanes.RotateRight7(V2), TLanes.RotateRight7(V3));

    /// <summary>Reads a row of memory moved left by 0 or 2 places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<TVector, TLanes> Load(TVector* row, int turn) =>
        new(row[turn], row[turn + 1], row[2 - turn], row[3 - turn]);

    /// <summary>Writes to a row of memory what <see cref="Load"/> would read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(TVector* row, int turn)
    {
        row[turn] = V0;
        row[turn + 1] = V1;
        row[2 - turn] = V2;
        row[3 - turn] = V3;
    }

    /// <summary>The row moved left by that many places, as the diagonal half round wants it (no instruction).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> Turn1() => new(V1, V2, V3, V0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> Turn2() => new(V2, V3, V0, V1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> Turn3() => new(V3, V0, V1, V2);

    /// <summary>A 4 × 4 transposition of the words within every piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad<TVector, TLanes> TransposePieces()
    {
        var low01 = TLanes.InterleaveLow32(V0, V1);
        var high01 = TLanes.InterleaveHigh32(V0, V1);
        var low23 = TLanes.InterleaveLow32(V2, V3);
        var high23 = TLanes.InterleaveHigh32(V2, V3);
        return new(
            TLanes.InterleaveLow64(low01, low23),
            TLanes.InterleaveHigh64(low01, low23),
            TLanes.InterleaveLow64(high01, high23),
            TLanes.InterleaveHigh64(high01, high23));
    }
}
