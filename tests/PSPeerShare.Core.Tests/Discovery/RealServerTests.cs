using System.Net.Security;
using PSPeerShare.Core.Discovery.Servers;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>Against Syncthing's own discovery server and relay.</summary>
public sealed class RealServerTests
{
    private const string Nowhere = "127.0.0.1:9";

    [NeedsFact("stdiscosrv")]
    public async Task A_discovery_server_says_where_a_node_is_and_knows_nothing_of_others()
    {
        await using SyncthingServer server = await SyncthingServer.StartDiscoveryAsync();
        using TempFolder home = new();
        using NodeIdentity identity = NodeIdentity.LoadOrCreate(home.Path);
        using DiscoveryServer client = Client(await server.Url, identity);

        TimeSpan again = await client.AnnounceAsync(["pspeershare://192.0.2.10:22021", "relay://relay.example:22067/?id=x"], TestNode.Patience);

        Assert.InRange(again, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(60));
        Assert.Equal(["pspeershare://192.0.2.10:22021", "relay://relay.example:22067/?id=x"], await client.LookUpAsync(identity.Id, TestNode.Patience));
        Assert.Empty(await client.LookUpAsync(LanFixture.Id(5), TestNode.Patience));
    }

    [NeedsFact("stdiscosrv")]
    public async Task A_server_of_another_id_is_not_spoken_to()
    {
        await using SyncthingServer server = await SyncthingServer.StartDiscoveryAsync();
        using TempFolder home = new();
        using NodeIdentity identity = NodeIdentity.LoadOrCreate(home.Path);
        string url = await server.Url;
        using DiscoveryServer client = Client(url[..(url.IndexOf("id=", StringComparison.Ordinal) + 3)] + LanFixture.Id(5), identity);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.AnnounceAsync(["pspeershare://192.0.2.10:22021"], TestNode.Patience));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.LookUpAsync(identity.Id, TestNode.Patience));
    }

    [NeedsFact("strelaysrv")]
    public async Task A_peer_that_cannot_be_reached_directly_is_met_at_a_relay_until_it_can()
    {
        await using SyncthingServer relay = await SyncthingServer.StartRelayAsync();
        string url = await relay.Url;
        await using NodePair pair = await NodePair.StartAsync(new ServerOptions { Relays = [url] });
        pair.Server.Write("docs/big.bin", new byte[3_000_000]);
        await pair.Client.StartAsync(new ServerOptions { Relays = [url] });
        string direct = pair.Peer.Addresses[0];
        await pair.Client.Node.SetPeerAsync(pair.ServerId, new PeerChange { Addresses = [Nowhere] }, TestNode.Patience);

        // The server joins the relay while this goes on.
        PeerProbe probe = await ProbeAsync(pair, result => result.IsReachable);
        TransferInfo fetched = await pair.FetchOneAsync("docs/big.bin");

        Assert.Equal(PeerPath.Relay, probe.Path);
        Assert.Contains(probe.Attempts, attempt => attempt is { Address: Nowhere, Path: PeerPath.Known, Error.Error: PeerError.PeerUnreachable });
        NodePair.AssertCompleted(fetched);

        await pair.Client.Node.SetPeerAsync(pair.ServerId, new PeerChange { Addresses = [direct] }, TestNode.Patience);
        await ProbeAsync(pair, result => result.Path == PeerPath.Known);
    }

    [NeedsFact("strelaysrv")]
    public async Task A_relay_of_another_id_and_one_where_the_peer_is_not_lead_to_nobody()
    {
        await using SyncthingServer relay = await SyncthingServer.StartRelayAsync();
        string url = await relay.Url;
        string other = url[..(url.IndexOf("id=", StringComparison.Ordinal) + 3)] + LanFixture.Id(5);
        await using NodePair pair = await NodePair.StartAsync();
        await pair.Client.StartAsync(new ServerOptions { Relays = [url, other] });
        await pair.Client.Node.SetPeerAsync(pair.ServerId, new PeerChange { Addresses = [Nowhere] }, TestNode.Patience);

        PeerProbe probe = await pair.Client.Node.TestPeerAsync(pair.Peer, TimeSpan.FromSeconds(20), TestNode.Patience);

        Assert.False(probe.IsReachable);
        Assert.Equal(2, probe.Attempts.Count(attempt => attempt is { Path: PeerPath.Relay, Error.Error: PeerError.PeerUnreachable }));
    }

    private static async Task<PeerProbe> ProbeAsync(NodePair pair, Func<PeerProbe, bool> isWanted)
    {
        // A direct way is looked for every 30 s.
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30) + Waiting.Patience);
        while (true)
        {
            PeerProbe probe = await pair.Client.Node.TestPeerAsync(pair.Peer, TimeSpan.FromSeconds(10), patience.Token);
            if (isWanted(probe))
            {
                return probe;
            }
        }
    }

    private static DiscoveryServer Client(string url, NodeIdentity identity) => new(
        ServerAddress.Parse(url, ServerAddress.DiscoveryScheme),
        SslStreamCertificateContext.Create(identity.Certificate, additionalCertificates: null, offline: true));
}
