using System.Net;
using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Discovery.Lan;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Discovery;

public sealed class LanDiscoveryTests : IAsyncDisposable
{
    private readonly LanFixture _lan = new();

    public ValueTask DisposeAsync() => _lan.DisposeAsync();

    [Fact]
    public async Task A_node_is_seen_with_all_that_it_says_of_itself()
    {
        _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1, port: 4711, isPairingOpen: true));
        LanDiscovery other = _lan.Start("10.0.0.2");

        SeenPeer seen = await LanFixture.SeeAsync(other, _ => true);

        Assert.Equal(
            (LanFixture.Id(1), "nas", "10.0.0.1:4711", 1, true),
            (seen.NodeId, seen.Name, Assert.Single(seen.Addresses), seen.ProtocolVersion, seen.IsPairingOpen));
    }

    [Fact]
    public async Task One_node_can_be_looked_for_by_its_id()
    {
        _lan.Start("10.0.0.1", LanFixture.Profile("one", 1));
        _lan.Start("10.0.0.2", LanFixture.Profile("two", 2));
        LanDiscovery other = _lan.Start("10.0.0.3");

        Assert.Equal("two", (await LanFixture.SeeAsync(other, _ => true, LanFixture.Id(2))).Name);
    }

    [Fact]
    public async Task Who_stops_says_so_and_is_seen_no_more()
    {
        LanDiscovery leaving = _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1));
        LanDiscovery other = _lan.Start("10.0.0.2");
        await LanFixture.SeeAsync(other, _ => true);

        await leaving.DisposeAsync();

        Assert.Contains(Sent(), sent => sent.Message.IsResponse && sent.Message.Answers.Any(r => r.Type == DnsType.Ptr && r.Seconds == 0));
        await Waiting.UntilAsync(() => other.Complete == 0);
    }

    [Fact]
    public async Task What_changes_is_told_to_everyone()
    {
        LanDiscovery node = _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1));
        LanDiscovery other = _lan.Start("10.0.0.2");
        await LanFixture.SeeAsync(other, peer => !peer.IsPairingOpen);

        node.Announce(LanFixture.Profile("nas", 1, isPairingOpen: true));

        Assert.True((await LanFixture.SeeAsync(other, peer => peer.IsPairingOpen)).IsPairingOpen);
    }

    [Fact]
    public async Task Two_with_one_identity_get_two_names()
    {
        _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1, port: 1001));
        await Settled(1);
        _lan.Start("10.0.0.2", LanFixture.Profile("nas", 1, port: 1002));
        LanDiscovery other = _lan.Start("10.0.0.3");

        await LanFixture.SeeAsync(other, peer => peer.Addresses.Contains("10.0.0.1:1001"));
        await LanFixture.SeeAsync(other, peer => peer.Addresses.Contains("10.0.0.2:1002"));

        Assert.Equal(2, Instances(since: Sent().Length / 2).Count);
    }

    [Fact]
    public async Task Two_that_want_a_name_at_once_agree_who_has_it()
    {
        _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1, port: 1001));
        _lan.Start("10.0.0.2", LanFixture.Profile("nas", 1, port: 1002));
        LanDiscovery other = _lan.Start("10.0.0.3");

        await LanFixture.SeeAsync(other, peer => peer.Addresses.Contains("10.0.0.1:1001"));
        await LanFixture.SeeAsync(other, peer => peer.Addresses.Contains("10.0.0.2:1002"));
    }

    [Fact]
    public async Task Fifty_nodes_find_each_other()
    {
        LanDiscovery[] nodes = [.. Enumerable.Range(1, 50).Select(i => _lan.Start($"10.0.1.{i}", LanFixture.Profile($"node{i}", i)))];

        await Waiting.UntilAsync(() => Array.TrueForAll(nodes, node => node.Complete == 50));
    }

    [Fact]
    public async Task Nothing_that_is_sent_names_the_machine()
    {
        _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1));
        await Settled(1);

        Assert.All(Sent(), sent => Assert.All(sent.Message.Answers.Concat(sent.Message.Claims).Concat(sent.Message.Additional), record =>
            Assert.DoesNotContain(Environment.MachineName, record.Name + System.Text.Encoding.Latin1.GetString(record.Data), StringComparison.OrdinalIgnoreCase)));
    }

    private (IPAddress From, DnsMessage Message)[] Sent() => _lan.Bus.All;

    private HashSet<DnsName> Instances(int since) =>
        [.. Sent()[since..].Where(s => s.Message.IsResponse).SelectMany(s => s.Message.Answers)
            .Where(r => r.Type == DnsType.Ptr && r.Seconds > 0 && r.Name.Equals(LanService.Service)).Select(r => r.Target)];

    private Task Settled(int nodes) => Waiting.UntilAsync(() => Sent()
        .Where(s => s.Message.IsResponse && s.Message.Answers.Any(r => r.Type == DnsType.Ptr && r.Seconds > 0)).Select(s => s.From).Distinct().Count() >= nodes);
}
