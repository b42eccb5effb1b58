using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class ListenerLimitTests : IAsyncLifetime
{
    private readonly BareNode _node = new(Answers.Everything);
    private readonly BareNode _other = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task A_ninth_connection_of_a_node_is_told_that_there_is_no_room()
    {
        for (int i = 0; i < Limits.ConnectionsPerPeer; i++)
        {
            await _other.ConnectAsync(_node);
        }

        var failure = await Assert.ThrowsAsync<PeerShareException>(() => _other.DialAsync(_node));
        Assert.Equal(PeerError.PeerBusy, failure.Error);

        await _node.Listener.Connections.First().DisposeAsync();
        await Waiting.UntilAsync(() => _node.Listener.Connections.Count < Limits.ConnectionsPerPeer);
        await _other.DialAsync(_node);
    }

    [Fact]
    public async Task An_honest_caller_gets_in_while_40_silent_ones_hold_the_door()
    {
        List<Socket> silent = [];
        for (int i = 0; i < Limits.UnauthenticatedConnections + 8; i++)
        {
            silent.Add(await HostilePeer.ConnectAsync(_node.Port));
        }
        await Waiting.UntilAsync(() => _node.Listener.Strangers == Limits.UnauthenticatedConnections);

        PeerConnection connection = await _other.DialAsync(_node);

        await connection.PingAsync().Within();
        Assert.InRange(_node.Listener.Strangers, 0, Limits.UnauthenticatedConnections);
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Strangers_that_came_to_pair_and_made_room_are_gone_at_once()
    {
        // The clock stands: nobody is given time to take leave.
        await using BareNode node = new(Answers.Everything, new ManualClock());
        using X509Certificate2 certificate = TestCertificates.Make();
        List<HostilePeer> held = [];
        for (int i = 0; i < Limits.UnauthenticatedConnections + 16; i++)
        {
            held.Add(await HostilePeer.DialAsync(node.Port, certificate, Alpn.Pair).Within());
            await held[^1].GreetAsync().Within();
        }

        await Waiting.UntilAsync(() => node.Options.Counters.Connections <= Limits.UnauthenticatedConnections);

        held.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public async Task One_address_listens_for_both_families()
    {
        await using PeerListener listener = Listen([]);

        foreach (string host in Socket.OSSupportsIPv6 ? new[] { "127.0.0.1", "::1", "localhost" } : ["127.0.0.1", "localhost"])
        {
            await using PeerConnection connection = await DialAsync(host, listener.Port);
            Assert.Equal(_node.Identity.Id, connection.RemoteId);
        }
    }

    [Fact]
    public async Task Given_addresses_share_one_port_and_others_are_not_listened_on()
    {
        IPAddress[] addresses = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        await using PeerListener listener = Listen(addresses);

        Assert.Equal(addresses, listener.Endpoints.Select(endpoint => endpoint.Address));
        Assert.Single(listener.Endpoints.Select(endpoint => endpoint.Port).Distinct());
        await using PeerConnection connection = await DialAsync("127.0.0.1", listener.Port);
        var failure = await Assert.ThrowsAsync<PeerShareException>(() => DialAsync("127.0.0.2", listener.Port));
        Assert.Equal(PeerError.PeerUnreachable, failure.Error);
    }

    [Fact]
    public void A_taken_port_and_a_foreign_address_are_told_apart()
    {
        using var taken = new HostileListener();

        Assert.Equal(PeerError.PortInUse, Assert.Throws<PeerShareException>(() => Listen([IPAddress.Loopback], taken.Port)).Error);
        Assert.Equal(PeerError.ListenAddressInvalid, Assert.Throws<PeerShareException>(() => Listen([IPAddress.Parse("192.0.2.1")])).Error);
    }

    [Fact]
    public async Task A_handler_of_the_owner_that_throws_does_not_stop_the_listener()
    {
        _node.Authorise = (_, _) => throw new InvalidOperationException("test");
        await Assert.ThrowsAsync<PeerShareException>(() => _other.DialAsync(_node));

        _node.Authorise = (_, _) => AcceptVerdict.Accepted;

        await _other.DialAsync(_node);
    }

    [Fact]
    public void The_oldest_of_the_busiest_address_has_to_go()
    {
        var admission = new ConnectionAdmission();
        var evicted = new List<string>();
        ConnectionAdmission.Guest Enter(string address, string name) => admission.Enter(IPAddress.Parse(address), () => evicted.Add(name));
        Enter("198.51.100.1", "quiet");
        for (int i = 0; i < 20; i++)
        {
            Enter($"2001:db8:1:2::{i + 1}", $"six {i}");
        }
        for (int i = 0; i < 11; i++)
        {
            Enter("203.0.113.9", $"four {i}");
        }

        Enter("198.51.100.2", "new");
        Enter("::ffff:203.0.113.9", "mapped");

        Assert.Equal(["six 0", "six 1"], evicted);
        Assert.Equal(Limits.UnauthenticatedConnections, admission.Strangers);
    }

    [Fact]
    public void A_node_has_8_connections_and_all_nodes_together_256()
    {
        var admission = new ConnectionAdmission();
        var guests = new List<ConnectionAdmission.Guest>();
        bool TryEnter(byte node)
        {
            ConnectionAdmission.Guest guest = admission.Enter(IPAddress.Loopback, () => { });
            guests.Add(guest);
            bool isIn = admission.TryPromote(guest, NodeId.FromBytes([.. Enumerable.Repeat(node, 32)]));
            if (!isIn)
            {
                admission.Leave(guest);
            }
            return isIn;
        }

        for (byte node = 1; node <= 32; node++)
        {
            for (int i = 0; i < Limits.ConnectionsPerPeer; i++)
            {
                Assert.True(TryEnter(node));
            }
            Assert.False(TryEnter(node));
        }
        Assert.False(TryEnter(99));

        admission.Leave(guests[0]);
        admission.Leave(guests[0]);
        Assert.True(TryEnter(99));
        Assert.False(TryEnter(1));
    }

    [Fact]
    public void Who_was_evicted_cannot_come_in_any_more()
    {
        var admission = new ConnectionAdmission();
        ConnectionAdmission.Guest first = admission.Enter(IPAddress.Loopback, () => { });
        for (int i = 0; i < Limits.UnauthenticatedConnections; i++)
        {
            admission.Enter(IPAddress.Loopback, () => { });
        }

        Assert.False(admission.TryPromote(first, NodeId.FromBytes(new byte[32])));
    }

    private Task<PeerConnection> DialAsync(string host, int port) => _other.Dialler.DialAsync(
        new DialTarget { Host = host, Port = port, Expected = _node.Identity.Id }, (_, _, _) => Task.CompletedTask, CancellationToken.None).Within();

    private PeerListener Listen(IReadOnlyList<IPAddress> addresses, int port = 0) => PeerListener.Start(new ListenOptions
    {
        Addresses = addresses,
        Port = port,
        Identity = _node.Identity,
        Authorise = (_, _) => AcceptVerdict.Accepted,
        LocalHello = BareNode.MakeHello,
        MainHandler = Answers.Everything,
        PairHandler = Answers.Everything,
    });
}
