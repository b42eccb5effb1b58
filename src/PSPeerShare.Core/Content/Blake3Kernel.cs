namespace PSPeerShare.Core.Content;

/// <summary>The instruction sets that BLAKE3 is written for; they differ in speed only.</summary>
internal enum Blake3Kernel
{
    /// <summary>Plain arithmetic, one chunk at a time: any machine, and big-endian ones.</summary>
    Scalar,

    /// <summary>Four chunks at a time: SSE2, Arm AdvSimd.</summary>
    Vector128,

    /// <summary>Eight chunks at a time: AVX2.</summary>
    Vector256,

    /// <summary>Sixteen chunks at a time: AVX-512.</summary>
    Vector512,
}
