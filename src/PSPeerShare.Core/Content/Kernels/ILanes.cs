namespace PSPeerShare.Core.Content.Kernels;

/// <summary>
/// What <see cref="LaneKernel{TVector, TLanes, TSingle}"/> needs of a vector of 32-bit words, one word per hashed row.
/// A piece is 128 bits; piece p holds lanes 4p to 4p + 3.
/// </summary>
internal unsafe interface ILanes<TVector> : IRotations<TVector>
    where TVector : unmanaged
{
    static abstract Blake3Kernel Kind { get; }

    static abstract TVector Broadcast(uint word);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>Piece p of the result is the 16 bytes at <paramref name="offset"/> of row 4p.</summary>
    static abstract TVector LoadPieces(byte** rows, nint offset);

    /// <summary>Writes piece p to <paramref name="destination"/> + p × <paramref name="stride"/>.</summary>
    static abstract void StorePieces(TVector value, byte* destination, nint stride);

    /// <summary>In each piece: a0 b0 a1 b1.</summary>
    static abstract TVector InterleaveLow32(TVector left, TVector right);

    /// <summary>In each piece: a2 b2 a3 b3.</summary>
    static abstract TVector InterleaveHigh32(TVector left, TVector right);

    /// <summary>In each piece: a0 a1 b0 b1.</summary>
    static abstract TVector InterleaveLow64(TVector left, TVector right);

    /// <summary>In each piece: a2 a3 b2 b3.</summary>
    static abstract TVector InterleaveHigh64(TVector left, TVector right);
}
