using System.Net;
using System.Net.Sockets;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>
/// The sockets: one a family on port 5353, shared with the system's own resolver. It knows datagrams and links, and
/// not what is in them.
/// </summary>
/// <remarks>Any thread may send; what is heard comes from a task a socket.</remarks>
internal sealed class MulticastPorts : ILanPorts
{
    private const int Port = Announcer.MulticastPort;
    private const int BufferBytes = Dns.DnsMessage.MaximumBytes + 1;
    private static readonly IPAddress GroupV4 = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress GroupV6 = IPAddress.Parse("ff02::fb");

    private readonly EventLog _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressFamily, Socket> _sockets = [];
    private readonly List<Task> _loops = [];
    private readonly HashSet<(AddressFamily, int)> _joined = [];
    private volatile LanLink[] _links = [];

    public MulticastPorts(EventLog log) => _log = log;

    public event Action<LanLink, IPEndPoint, ReadOnlyMemory<byte>>? Heard;

    public void Use(IReadOnlyList<LanLink> links)
    {
        lock (_gate)
        {
            _links = [.. links];
            _joined.IntersectWith(links.Select(link => (link.Family, link.Index)));
            foreach (LanLink link in links)
            {
                Join(link);
            }
        }
    }

    public void Send(LanLink link, IPEndPoint? to, byte[] datagram)
    {
        lock (_gate)
        {
            if (!_sockets.TryGetValue(link.Family, out Socket? socket))
            {
                return;
            }

            try
            {
                if (link.Family == AddressFamily.InterNetwork)
                {
                    socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(link.Index));
                }
                else
                {
                    socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, link.Index);
                }

                socket.SendTo(datagram, to ?? new IPEndPoint(link.Family == AddressFamily.InterNetwork ? GroupV4 : GroupV6, Port));
            }
            catch (SocketException e)
            {
                // An interface may go away between two datagrams, and a full queue drops what the network could have lost.
                _log.Detail($"multicast DNS on interface {link.Index}: {e.SocketErrorCode}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] loops;
        lock (_gate)
        {
            loops = [.. _loops];
            foreach (Socket socket in _sockets.Values)
            {
                socket.Dispose();
            }

            _sockets.Clear();
        }

        await Task.WhenAll(loops);
    }

    private void Join(LanLink link)
    {
        if (_joined.Contains((link.Family, link.Index)))
        {
            return;
        }

        try
        {
            if (!_sockets.TryGetValue(link.Family, out Socket? socket))
            {
                _sockets.Add(link.Family, socket = Open(link.Family));
                _loops.Add(Task.Run(() => ListenAsync(socket, link.Family)));
            }

            if (link.Family == AddressFamily.InterNetwork)
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(GroupV4, link.Index));
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(GroupV6, link.Index));
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && _sockets.ContainsKey(link.Family))
        {
            // The interface came back before the system forgot that it was a member.
        }
        catch (SocketException e)
        {
            _log.Warning($"no multicast DNS on interface {link.Index}, {link.Family}: {e.SocketErrorCode}");
            return;
        }

        _joined.Add((link.Family, link.Index));
    }

    private static Socket Open(AddressFamily family)
    {
        Socket socket = new(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            bool isV4 = family == AddressFamily.InterNetwork;
            SocketOptionLevel level = isV4 ? SocketOptionLevel.IP : SocketOptionLevel.IPv6;

            // On Unix this sets SO_REUSEPORT too, without which the port could not be shared with the system's resolver.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            if (!isV4)
            {
                socket.DualMode = false;
            }

            socket.SetSocketOption(level, SocketOptionName.PacketInformation, true);
            socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, true);
            socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, 255);
            socket.Bind(new IPEndPoint(isV4 ? IPAddress.Any : IPAddress.IPv6Any, Port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ListenAsync(Socket socket, AddressFamily family)
    {
        byte[] buffer = new byte[BufferBytes];
        IPEndPoint anyone = new(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                SocketReceiveMessageFromResult result = await socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, anyone);
                IPEndPoint from = (IPEndPoint)result.RemoteEndPoint;
                LanLink? link = Array.Find(_links, l => l.Family == family && l.Index == result.PacketInformation.Interface);
                if (link is not null && link.IsLocal(from.Address))
                {
                    Heard?.Invoke(link, from, buffer.AsMemory(0, result.ReceivedBytes));
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.MessageSize or SocketError.ConnectionReset)
            {
                // Too long to be one of ours, or an echo of what was sent to a port that is closed.
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
