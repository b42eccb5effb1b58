namespace PSPeerShare.Core.Content.Kernels;

/// <summary>The four rotations of BLAKE3's quarter round, on every 32-bit word of a vector.</summary>
internal interface IRotations<TVector>
{
    static abstract TVector RotateRight16(TVector value);

    static abstract TVector RotateRight12(TVector value);

    static abstract TVector RotateRight8(TVector value);

    static abstract TVector RotateRight7(TVector value);
}
