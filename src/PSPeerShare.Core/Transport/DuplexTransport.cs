using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Core.Transport;

/// <summary>What TLS runs over: a socket, or whatever passes bytes both ways.</summary>
/// <param name="Stream">The bytes. Blocking calls must be possible.</param>
/// <param name="RemoteEndPoint">Where the other side is, if that means anything.</param>
/// <param name="Abort">Ends blocked reads and writes on other threads; may be called often.</param>
internal sealed record DuplexTransport(Stream Stream, EndPoint? RemoteEndPoint, Action Abort)
{
    public static DuplexTransport FromSocket(Socket socket)
    {
        EndPoint? remote = socket.RemoteEndPoint;
        if (remote is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped)
        {
            remote = new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port);
        }
        return new DuplexTransport(new NetworkStream(socket, ownsSocket: true), remote, () => Cut(socket));
    }

    private static void Cut(Socket socket)
    {
        try
        {
            // Wakes threads that block in the kernel, which closing alone may not.
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
        }
        catch (ObjectDisposedException)
        {
        }
        socket.Dispose();
    }
}
