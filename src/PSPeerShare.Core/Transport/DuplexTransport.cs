using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Core.Transport;

/// <summary>What TLS runs over: a socket, or whatever passes bytes both ways.</summary>
/// <param name="Stream">The bytes. Blocking calls must be possible.</param>
/// <param name="RemoteEndPoint">Where the other side is, if that means anything.</param>
/// <param name="Abort">Ends blocked reads and writes on other threads; may be called often.</param>
/// <param name="EndWrites">
/// Tells the other side that nothing follows, while reading goes on. Where there is no such thing it does nothing, and
/// the two sides part when one of them has waited long enough.
/// </param>
internal sealed record DuplexTransport(Stream Stream, EndPoint? RemoteEndPoint, Action Abort, Action EndWrites)
{
    /// <summary>
    /// Blocks until there is something to read, the end included; false when nothing came for so long. Where that cannot
    /// be known it says at once that there is.
    /// </summary>
    public Func<TimeSpan, bool> WaitForBytes { get; init; } = static _ => true;

    /// <summary>Whether something has come that was not read; false where that cannot be known.</summary>
    public Func<bool> HasBytes { get; init; } = static () => false;

    public static DuplexTransport FromSocket(Socket socket)
    {
        EndPoint? remote = socket.RemoteEndPoint;
        if (remote is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped)
        {
            remote = new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port);
        }
        var stream = new NetworkStream(socket, ownsSocket: true);
        return new DuplexTransport(stream, remote, () => Cut(socket), () => TryShutdown(socket, SocketShutdown.Send))
        {
            // Not a read of no bytes: on Linux that returns at once from a blocking socket.
            // With Schannel the reader answers what TLS asks, so there it keeps its thread and is not disturbed.
            WaitForBytes = patience => socket.Poll(OperatingSystem.IsWindows() ? Timeout.InfiniteTimeSpan : patience, SelectMode.SelectRead),
            HasBytes = () => HasUnread(socket),
        };
    }

    private static bool HasUnread(Socket socket)
    {
        try
        {
            return socket.Available > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static void Cut(Socket socket)
    {
        // Wakes threads that block in the kernel, which closing alone may not.
        TryShutdown(socket, SocketShutdown.Both);
        socket.Dispose();
    }

    private static void TryShutdown(Socket socket, SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (SocketException)
        {
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
