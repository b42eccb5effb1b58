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
