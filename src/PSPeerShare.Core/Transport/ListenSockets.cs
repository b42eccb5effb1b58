using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Core.Transport;

/// <summary>Opens the listening sockets: every address on the same port, or none at all.</summary>
internal static class ListenSockets
{
    private const int Backlog = 512;
    private const int PortAttempts = 20;

    /// <exception cref="PeerShareException">The port is taken or an address is not this machine's.</exception>
    public static IReadOnlyList<Socket> Open(IReadOnlyList<IPAddress> addresses, int port)
    {
        if (addresses.Count == 0)
        {
            return [Socket.OSSupportsIPv6 ? Bind(IPAddress.IPv6Any, port, isDual: true) : Bind(IPAddress.Any, port)];
        }
        for (int attempt = 1; ; attempt++)
        {
            var sockets = new List<Socket>();
            try
            {
                foreach (IPAddress address in addresses)
                {
                    // A port that the system chose for the first address has to be free at the others too.
                    int chosen = sockets.Count == 0 ? port : ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
                    sockets.Add(Bind(address, chosen));
                }
                return sockets;
            }
            catch (PeerShareException e)
            {
                sockets.ForEach(socket => socket.Dispose());
                if (port != 0 || e.Error != PeerError.PortInUse || attempt == PortAttempts)
                {
                    throw;
                }
            }
        }
    }

    private static Socket Bind(IPAddress address, int port, bool isDual = false)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = isDual;
            }
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? new PeerShareException(PeerError.PortInUse, $"{port}", e.Message, e)
                : new PeerShareException(PeerError.ListenAddressInvalid, new IPEndPoint(address, port).ToString(), e.Message, e);
        }
    }
}
