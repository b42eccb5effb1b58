using System.Net;
using System.Text;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Who is not trusted, both ways, gets nothing; who is not there, or is somebody else, is told apart.</summary>
public sealed class ReachTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TestNode _server = new();
    private readonly TestNode _client = new();
    private ServerInfo _running = null!;

    private NodeId ServerId => _server.Node.GetIdentity().NodeId;

    private NodeId ClientId => _client.Node.GetIdentity().NodeId;

    public async Task InitializeAsync()
    {
        _server.Write("docs/secret.txt", "secret"u8.ToArray());
        _running = await _server.StartAsync(new ServerOptions { Paths = [_server["docs"]], Inbox = _server["inbox"] });
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_stranger_who_speaks_the_protocol_gets_nothing()
    {
        await AddAsync(_client, ServerId, _running.Endpoints);

        await AssertGetsNothingAsync(PeerError.NotTrustedByPeer);
        Assert.Empty(_server.Node.GetPeers());
    }

    [Fact]
    public async Task Trust_that_only_the_caller_grants_opens_nothing()
    {
        await _server.BefriendAsync(_client, PeerRights.Browse | PeerRights.Read | PeerRights.Write);
        await _server.Node.RemovePeerAsync(ClientId, TestNode.Patience);

        await AssertGetsNothingAsync(PeerError.NotTrustedByPeer);
    }

    [Fact]
    public async Task Trust_that_only_the_called_grants_opens_nothing()
    {
        await AddAsync(_server, ClientId, []);
        PeerTarget address = _client.Node.ResolvePeer($"127.0.0.1:{_running.Port}");

        PeerProbe probe = await _client.Node.TestPeerAsync(address, Timeout, TestNode.Patience);

        Assert.Equal((false, PeerError.PeerNotTrusted), (probe.IsReachable, probe.Error?.Error));
        Assert.Empty(_client.Node.GetPeers());
    }

    [Fact]
    public async Task An_address_alone_reaches_a_node_that_is_trusted()
    {
        await _server.BefriendAsync(_client);

        PeerProbe probe = await _client.Node.TestPeerAsync(_client.Node.ResolvePeer($"127.0.0.1:{_running.Port}"), Timeout, TestNode.Patience);

        Assert.Null(probe.Error);
        Assert.Equal((true, ServerId, "server"), (probe.IsReachable, probe.NodeId, probe.Peer));
        Assert.Equal(("TLS 1.3", $"127.0.0.1:{_running.Port}"), (probe.TlsVersion, probe.Address));
        Assert.StartsWith("TLS_", probe.CipherSuite, StringComparison.Ordinal);
        Assert.StartsWith("PSPeerShare/", probe.Software, StringComparison.Ordinal);
        Assert.True(probe.RoundTrip > TimeSpan.Zero);
        Assert.True(probe.ClockDifference?.Duration() < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_address_of_the_book_means_its_peer_and_no_other_that_is_trusted()
    {
        await using TestNode other = new();
        await _server.BefriendAsync(_client);
        ServerInfo impostor = await other.StartAsync(new ServerOptions());
        await other.BefriendAsync(_client);
        NodeId otherId = other.Node.GetIdentity().NodeId;
        await _client.Node.SetPeerAsync(ServerId, new PeerChange { Addresses = ["nas.local", $"127.0.0.1:{impostor.Port}"] }, TestNode.Patience);

        // The other one claims what is the server's, and was added later.
        await _client.Node.SetPeerAsync(otherId, new PeerChange { Addresses = ["nas.local", $"127.0.0.1:{impostor.Port}"] }, TestNode.Patience);

        Assert.Equal(ServerId, _client.Node.ResolvePeer("NAS.local").NodeId);
        Assert.Null(_client.Node.ResolvePeer("nas.local:5").NodeId);
        await using PeerNode fresh = _client.OpenAgain();
        PeerProbe probe = await fresh.TestPeerAsync(fresh.ResolvePeer($"127.0.0.1:{impostor.Port}"), Timeout, TestNode.Patience);
        Assert.Equal((false, PeerError.PeerIdentityChanged), (probe.IsReachable, probe.Error?.Error));
    }

    [Fact]
    public async Task Another_node_at_the_peers_address_is_refused()
    {
        await using TestNode other = new();
        await _server.BefriendAsync(_client);
        ServerInfo impostor = await other.StartAsync(new ServerOptions());
        await AddAsync(other, ClientId, []);
        await _client.Node.SetPeerAsync(ServerId, new PeerChange { Addresses = impostor.Endpoints }, TestNode.Patience);

        await AssertGetsNothingAsync(PeerError.PeerIdentityChanged);
    }

    [Fact]
    public async Task A_peer_whose_identity_was_renewed_is_another_one()
    {
        await _server.BefriendAsync(_client);
        await _server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        NodeId old = ServerId;
        IdentityInfo renewed = _server.Node.RenewIdentity();
        await _server.StartAsync(new ServerOptions { Paths = [_server["docs"]], Port = _running.Port });

        Assert.NotEqual(old, renewed.NodeId);
        PeerProbe probe = await _client.Node.TestPeerAsync(_client.Node.ResolvePeer("server"), Timeout, TestNode.Patience);
        Assert.Equal((PeerError.PeerIdentityChanged, "server"), (probe.Error?.Error, probe.Error?.Target));
    }

    [Fact]
    public async Task Nothing_at_the_port_is_unreachable()
    {
        await _server.BefriendAsync(_client);
        await _server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

        await AssertGetsNothingAsync(PeerError.PeerUnreachable);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n")]
    public async Task What_is_not_this_product_is_told_apart(string answer)
    {
        await _server.BefriendAsync(_client);
        using HostileListener other = new();
        await _client.Node.SetPeerAsync(ServerId, new PeerChange { Addresses = [$"127.0.0.1:{other.Port}"] }, TestNode.Patience);
        Task<PeerProbe> probing = _client.Node.TestPeerAsync(_client.Node.ResolvePeer("server"), Timeout, TestNode.Patience);
        using (System.Net.Sockets.Socket caller = await other.AcceptAsync())
        {
            await caller.SendAsync(Encoding.ASCII.GetBytes(answer));
            caller.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            PeerShareException? failure = (await probing.Within()).Error;
            Assert.Equal(PeerError.NotPeerShare, failure?.Error);
            Assert.Contains($"begins with '{answer.TrimEnd()}'", failure?.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_first_address_that_answers_as_the_peer_is_used_and_remembered()
    {
        await _server.BefriendAsync(_client);
        string right = $"127.0.0.1:{_running.Port}";
        await _client.Node.SetPeerAsync(ServerId, new PeerChange { Addresses = ["127.0.0.1:1", "no-such-host.invalid:5", right] }, TestNode.Patience);

        Assert.Single(await _client.FindAsync());

        Assert.Equal(right, Assert.Single(_client.Node.GetPeers()).Addresses[0]);
        Assert.NotNull(Assert.Single(_client.Node.GetPeers()).LastSeen);
    }

    [Theory]
    [InlineData("nas01")]
    [InlineData("a b")]
    [InlineData("")]
    public void What_is_no_name_id_or_address_is_nobody(string text)
    {
        PeerShareException error = Assert.Throws<PeerShareException>(() => _client.Node.ResolvePeer(text));

        Assert.Equal((PeerError.PeerNotFound, text), (error.Error, error.Target));
    }

    [Fact]
    public async Task A_peer_is_meant_by_its_name_in_any_case_by_its_id_or_by_an_address()
    {
        await _server.BefriendAsync(_client);

        Assert.Equal(ServerId, _client.Node.ResolvePeer("SERVER").NodeId);
        Assert.Equal(ServerId, _client.Node.ResolvePeer(ServerId.ToString()).NodeId);
        Assert.Equal(("10.1.2.3", null), (_client.Node.ResolvePeer("10.1.2.3").Text, _client.Node.ResolvePeer("10.1.2.3").NodeId));
        Assert.Equal(["[::1]:22021"], _client.Node.ResolvePeer("::1").Addresses);
        Assert.Equal(["localhost:22021"], _client.Node.ResolvePeer("localhost").Addresses);
        Assert.Equal(
            PeerError.PeerNotFound, Assert.Throws<PeerShareException>(() => _client.Node.ResolvePeer(ClientId.ToString())).Error);
        Assert.Equal(IPAddress.Loopback, IPEndPoint.Parse(_server.Node.ResolvePeer(ServerId.ToString()).Addresses[0]).Address);
    }

    [Fact]
    public async Task The_book_refuses_oneself_and_whom_it_has()
    {
        await AddAsync(_client, ServerId, ["nas01"]);

        Assert.Equal(PeerError.PeerExists, (await Assert.ThrowsAsync<PeerShareException>(() => AddAsync(_client, ServerId, []))).Error);
        Assert.Equal(PeerError.PeerIsSelf, (await Assert.ThrowsAsync<PeerShareException>(() => AddAsync(_client, ClientId, []))).Error);
        Assert.Equal(PeerError.AddressInvalid, (await Assert.ThrowsAsync<PeerShareException>(() => AddAsync(_client, Trust.TrustFixture.Node(7), ["a:b"]))).Error);
        Assert.Equal("nas01", Assert.Single(_client.Node.GetPeers()).Name);
        Assert.Equal(PeerError.PeerNotFound, (await Assert.ThrowsAsync<PeerShareException>(
            () => _client.Node.RemovePeerAsync(Trust.TrustFixture.Node(7), TestNode.Patience))).Error);
    }

    private static Task<AddedPeer> AddAsync(TestNode node, NodeId id, IReadOnlyList<string> addresses) =>
        node.Node.AddPeerAsync(new AddPeerOptions { NodeId = id, Addresses = addresses }, TestNode.Patience);

    private async Task AssertGetsNothingAsync(PeerError expected)
    {
        PeerTarget target = _client.Node.ResolvePeer(ServerId.ToString());
        PeerProbe probe = await _client.Node.TestPeerAsync(target, Timeout, TestNode.Patience);
        Assert.Equal((false, expected, target.Text), (probe.IsReachable, probe.Error?.Error, probe.Error?.Target));

        PeerShareException search = await Assert.ThrowsAsync<PeerShareException>(() => _client.FindAsync());
        Assert.Equal((expected, target.Text), (search.Error, search.Target));

        RemoteFile file = new("secret.txt", "docs/secret.txt", "docs", 6, DateTimeOffset.UnixEpoch, null, target.Text, ServerId);
        NodePair.AssertFailed(expected, Assert.Single(await _client.FetchAsync(new FetchOptions { Destination = _client["in"] }, file)));
        NodePair.AssertHolds(_client["in"]);

        LocalFile mine = new(_client.Write("mine.txt", [1]), "mine.txt", 1);
        NodePair.AssertFailed(expected, Assert.Single(await _client.PushAsync(new PushOptions { Peers = [target] }, mine)));
        NodePair.AssertHolds(_server["inbox"]);
    }
}
