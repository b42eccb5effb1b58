using CsCheck;
using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Discovery.Lan;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>A network on which someone sends whatever they like.</summary>
public sealed class HostileDatagramTests : IAsyncDisposable
{
    private readonly LanFixture _lan = new();

    public ValueTask DisposeAsync() => _lan.DisposeAsync();

    [Fact]
    public async Task Garbage_and_broken_copies_of_real_datagrams_keep_nobody_from_being_found()
    {
        _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1));
        LanDiscovery other = _lan.Start("10.0.0.2");
        await LanFixture.SeeAsync(other, _ => true);
        byte[][] real = [.. _lan.Bus.All.Select(sent => DnsWriter.Write(sent.Message))];

        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, real.Length - 1], Gen.Int[0, 5000], Gen.Byte, Gen.Bool).Sample(
            (garbage, which, at, value, isPort) =>
            {
                _lan.Bus.Inject("10.0.0.66", garbage);
                byte[] broken = [.. real[which]];
                broken[at % broken.Length] = value;
                _lan.Bus.Inject("10.0.0.66", broken, isPort ? 5353 : 4000);
            },
            iter: 3000,
            threads: 1);

        // A broken copy may well have claimed the name; then the node has another one by now.
        Assert.Equal("10.0.0.1:22021", (await LanFixture.SeeAsync(other, peer => peer.NodeId == LanFixture.Id(1) && peer.Addresses.Contains("10.0.0.1:22021"))).Addresses.First(a => a == "10.0.0.1:22021"));
        Assert.InRange(other.Known, 1, NodeCache.Instances);
    }

    [Fact]
    public async Task Thousands_of_nodes_that_are_none_keep_no_trusted_one_from_being_found()
    {
        _lan.Known.Add(LanFixture.Id(1));
        LanDiscovery node = _lan.Start("10.0.0.2");
        _lan.Start("10.0.0.1", LanFixture.Profile("nas", 1));
        await LanFixture.SeeAsync(node, peer => peer.NodeId == LanFixture.Id(1));
        for (int i = 1000; i < 6000; i++)
        {
            LanProfile fake = LanFixture.Profile($"fake{i}", i);
            DnsName instance = LanService.Instance(fake, 1);
            DnsName host = DnsName.Of($"fake{i}", "local");
            _lan.Bus.Inject("10.0.0.66", DnsWriter.Write(new DnsMessage
            {
                IsResponse = true,
                Answers =
                [
                    DnsRecord.Ptr(LanService.Service, instance, 4500),
                    DnsRecord.Srv(instance, 22021, host, 120),
                    DnsRecord.Txt(instance, ["txtvers=1", $"id={fake.NodeId}", $"n=fake{i}", "p=1"], 4500),
                    DnsRecord.Host(host, System.Net.IPAddress.Parse("10.0.0.66"), 120),
                ],
            }));
        }

        Assert.InRange(node.Known, 1000, NodeCache.Instances);
        Assert.Contains("10.0.0.1:22021", (await LanFixture.SeeAsync(node, peer => peer.NodeId == LanFixture.Id(1), LanFixture.Id(1))).Addresses);
    }

    [Fact]
    public async Task An_answer_from_a_port_that_anyone_may_use_is_not_believed()
    {
        LanDiscovery node = _lan.Start("10.0.0.1");
        LanProfile fake = LanFixture.Profile("fake", 7);
        DnsName instance = LanService.Instance(fake, 1);

        _lan.Bus.Inject(
            "10.0.0.66", DnsWriter.Write(new DnsMessage { IsResponse = true, Answers = [DnsRecord.Ptr(LanService.Service, instance, 4500)] }), port: 4000);

        Assert.Equal(0, node.Known);
        await Task.CompletedTask;
    }
}
