using System.Buffers;

namespace PSPeerShare.Core.Protocol;

/// <summary>
/// Buffers that go with the traffic of a connection and come back when it is quiet. Knows nothing of what is in them.
/// </summary>
/// <remarks>
/// Not the shared pool of the process: that keeps what a thread returns with this thread, and each connection has two
/// threads of its own, so a quiet connection would go on holding its buffers (P9; measured with 128 of them).
/// </remarks>
internal static class TrafficBuffers
{
    private const int LargestBytes = 1024 * 1024;

    // Of each size. More than these at a time are allocated and collected.
    private const int Kept = 16;

    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(LargestBytes, Kept);

    /// <summary>A buffer of at least so many bytes; what is in it is anyone's.</summary>
    public static byte[] Rent(int bytes) => Pool.Rent(bytes);

    public static void Return(byte[] buffer) => Pool.Return(buffer);
}
