using System.Net;
using System.Net.Sockets;
using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Discovery.Lan;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A network segment in memory: what one port sends, every port hears, its own sender included.</summary>
internal sealed class LanBus
{
    private readonly Lock _gate = new();
    private readonly List<LanBusPort> _ports = [];

    private readonly List<(IPAddress From, DnsMessage Message)> _sent = [];

    /// <summary>Everything that was sent, in order.</summary>
    public (IPAddress From, DnsMessage Message)[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>A machine's place on the segment.</summary>
    public LanBusPort Attach(string address)
    {
        LanBusPort port = new(this, IPAddress.Parse(address));
        lock (_gate)
        {
            _ports.Add(port);
        }

        return port;
    }

    public static LanLink Link(string address) => new(1, AddressFamily.InterNetwork, [IPAddress.Parse(address)], [IPNetwork.Parse("10.0.0.0/8")]);

    internal void Detach(LanBusPort port)
    {
        lock (_gate)
        {
            _ports.Remove(port);
        }
    }

    internal void Deliver(IPAddress from, IPEndPoint? to, byte[] datagram)
    {
        Assert.True(DnsReader.TryRead(datagram, out DnsMessage? message), "what is sent can be read");
        LanBusPort[] ports;
        lock (_gate)
        {
            _sent.Add((from, message));
            ports = [.. _ports.Where(port => to is null || port.Address.Equals(to.Address))];
        }

        foreach (LanBusPort port in ports)
        {
            // As from a network: later, and on another thread.
            ThreadPool.QueueUserWorkItem(_ => port.Receive(new IPEndPoint(from, Announcer.MulticastPort), datagram));
        }
    }

    /// <summary>What someone sends who need not follow any rule.</summary>
    public void Inject(string from, byte[] datagram, int port = Announcer.MulticastPort)
    {
        LanBusPort[] ports;
        lock (_gate)
        {
            ports = [.. _ports];
        }

        foreach (LanBusPort each in ports)
        {
            each.Receive(new IPEndPoint(IPAddress.Parse(from), port), datagram);
        }
    }
}

/// <summary>One machine's place on a <see cref="LanBus"/>.</summary>
internal sealed class LanBusPort(LanBus bus, IPAddress address) : ILanPorts
{
    private volatile LanLink[] _links = [];

    public event Action<LanLink, IPEndPoint, ReadOnlyMemory<byte>>? Heard;

    public IPAddress Address => address;

    public void Use(IReadOnlyList<LanLink> links) => _links = [.. links];

    public void Send(LanLink link, IPEndPoint? to, byte[] datagram) => bus.Deliver(address, to, datagram);

    public void Receive(IPEndPoint from, byte[] datagram)
    {
        if (_links is [LanLink link, ..])
        {
            Heard?.Invoke(link, from, datagram);
        }
    }

    public ValueTask DisposeAsync()
    {
        bus.Detach(this);
        return ValueTask.CompletedTask;
    }
}
