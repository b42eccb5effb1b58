using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>The kernels that this machine can run, one shared instance each.</summary>
internal static class KernelSet
{
    /// <summary>From slow to fast.</summary>
    public static IReadOnlyList<CompressionKernel> Supported { get; } = [.. Detect()];

    public static CompressionKernel Fastest { get; } = Supported[^1];

    /// <exception cref="PlatformNotSupportedException">The machine lacks the instructions.</exception>
    public static CompressionKernel Get(Blake3Kernel kind) =>
        Supported.FirstOrDefault(kernel => kernel.Kind == kind)
        ?? throw new PlatformNotSupportedException($"This machine cannot run the {kind} kernel of BLAKE3.");

    private static IEnumerable<CompressionKernel> Detect()
    {
        CompressionKernel last = new ScalarKernel();
        yield return last;

        // The vector kernels take message words as they lie in memory.
        if (!BitConverter.IsLittleEndian)
        {
            yield break;
        }

        if (Vector128.IsHardwareAccelerated)
        {
            last = new LaneKernel<Vector128<uint>, Lanes128, Lanes128>();
            yield return last;
        }

        if (Avx2.IsSupported)
        {
            last = new LaneKernel<Vector256<uint>, Lanes256, Lanes128>() { Narrower = last };
            yield return last;
        }

        // Vector512.IsHardwareAccelerated is false on machines that .NET expects to slow down; hashing gains anyway.
        if (Avx512F.VL.IsSupported)
        {
            yield return new LaneKernel<Vector512<uint>, Lanes512, RotateInstructions128>() { Narrower = last };
        }
    }
}
