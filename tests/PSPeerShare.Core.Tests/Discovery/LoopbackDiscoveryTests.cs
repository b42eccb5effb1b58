using System.Net;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Discovery.Lan;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>Whole nodes with real sockets that multicast on the loopback interface alone.</summary>
public sealed class LoopbackDiscoveryTests
{
    private static readonly DiscoveryScope Loopback = new(IsOff: false, [IPAddress.Loopback]);

    [Fact]
    public async Task A_node_that_runs_is_found_and_one_that_stopped_is_not()
    {
        await using TestNode server = new(Loopback);
        await using TestNode client = new(Loopback);
        ServerInfo started = await server.StartAsync(new ServerOptions { Name = "found" });

        FoundPeer found = await FindAsync(client, server);

        Assert.Equal(("found", null), (found.Seen.Name, found.Book));
        Assert.Contains($"127.0.0.1:{started.Port}", found.Seen.Addresses);
        await server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        await foreach (FoundPeer peer in client.Node.FindPeersAsync(TimeSpan.FromSeconds(1), TestNode.Patience))
        {
            Assert.NotEqual(server.Node.GetIdentity().NodeId, peer.Seen.NodeId);
        }
    }

    [Fact]
    public async Task A_trusted_peer_is_reached_after_it_moved_without_any_command()
    {
        await using TestNode server = new(Loopback);
        await using TestNode client = new(Loopback);
        await server.StartAsync();
        await server.BefriendAsync(client);
        await server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        ServerInfo moved = await server.StartAsync();

        PeerProbe probe = await client.Node.TestPeerAsync(client.Node.ResolvePeer("server"), TimeSpan.FromSeconds(20), TestNode.Patience);

        Assert.Equal((true, $"127.0.0.1:{moved.Port}", PeerPath.LocalNetwork), (probe.IsReachable, probe.Address, probe.Path));
        Assert.Contains(probe.Attempts, attempt => attempt is { Path: PeerPath.Known, Error.Error: PeerError.PeerUnreachable });
    }

    [Fact]
    public async Task Whoever_claims_a_trusted_id_gets_no_session_and_the_right_one_does()
    {
        await using TestNode server = new(Loopback);
        await using TestNode client = new(Loopback);
        await using TestNode liar = new(Loopback);
        await server.StartAsync();
        await server.BefriendAsync(client);
        await server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        ServerInfo other = await liar.StartAsync(new ServerOptions { Discovery = false });
        ServerInfo moved = await server.StartAsync();
        using TempFolder logs = new();
        await using EventLog log = EventLog.Open(new EventLogOptions { Folder = logs.Path });
        await using LanDiscovery lie = new(new MulticastPorts(log), () => LanLinks.Find([IPAddress.Loopback]), _ => false, log);
        lie.Open();
        lie.Announce(new LanProfile(server.Node.GetIdentity().NodeId, "aaa", other.Port, 1, IsPairingOpen: false));
        await LanFixture.SeeAsync(lie, peer => peer.Addresses.Contains($"127.0.0.1:{other.Port}"));

        PeerProbe probe = await client.Node.TestPeerAsync(client.Node.ResolvePeer("server"), TimeSpan.FromSeconds(20), TestNode.Patience);

        Assert.Equal((true, $"127.0.0.1:{moved.Port}"), (probe.IsReachable, probe.Address));
    }

    [Fact]
    public async Task A_trusted_node_at_the_announced_address_of_another_is_not_taken_for_it()
    {
        await using TestNode server = new(Loopback);
        await using TestNode client = new(Loopback);
        await using TestNode liar = new(Loopback);
        await server.StartAsync();
        await server.BefriendAsync(client);
        await server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        ServerInfo other = await liar.StartAsync(new ServerOptions { Discovery = false });
        await liar.BefriendAsync(client);
        using TempFolder logs = new();
        await using EventLog log = EventLog.Open(new EventLogOptions { Folder = logs.Path });
        await using LanDiscovery lie = new(new MulticastPorts(log), () => LanLinks.Find([IPAddress.Loopback]), _ => false, log);
        lie.Open();
        lie.Announce(new LanProfile(server.Node.GetIdentity().NodeId, "aaa", other.Port, 1, IsPairingOpen: false));
        await LanFixture.SeeAsync(lie, peer => peer.Addresses.Contains($"127.0.0.1:{other.Port}"));

        PeerProbe probe = await client.Node.TestPeerAsync(client.Node.ResolvePeer("server"), TimeSpan.FromSeconds(20), TestNode.Patience);

        Assert.False(probe.IsReachable);
        Assert.Contains(probe.Attempts, attempt => attempt is { Path: PeerPath.LocalNetwork, Error.Error: PeerError.PeerIdentityChanged });
    }

    [Fact]
    public async Task A_node_that_is_told_to_says_nothing()
    {
        await using TestNode server = new(Loopback);
        await using TestNode client = new(Loopback);
        await server.StartAsync(new ServerOptions { Discovery = false });

        await foreach (FoundPeer peer in client.Node.FindPeersAsync(TimeSpan.FromSeconds(2), TestNode.Patience))
        {
            Assert.NotEqual(server.Node.GetIdentity().NodeId, peer.Seen.NodeId);
        }
    }

    private static async Task<FoundPeer> FindAsync(TestNode asking, TestNode wanted)
    {
        await foreach (FoundPeer peer in asking.Node.FindPeersAsync(TimeSpan.FromSeconds(30), TestNode.Patience))
        {
            if (peer.Seen.NodeId == wanted.Node.GetIdentity().NodeId)
            {
                return peer;
            }
        }

        throw new InvalidOperationException("not found");
    }
}
