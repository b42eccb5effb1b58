using System.Net;
using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Discovery.Lan;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>What anyone on the network may say, and what is kept of it.</summary>
public sealed class NodeCacheTests
{
    private static readonly LanLink Link = LanBus.Link("10.0.0.1");

    private readonly HashSet<NodeId> _known = [];
    private readonly NodeCache _cache;
    private TimeSpan _now = TimeSpan.FromHours(1);

    public NodeCacheTests() => _cache = new NodeCache(_known.Contains, new Random(1));

    [Fact]
    public void Thousands_of_nodes_that_are_none_take_a_bounded_place_and_drive_no_trusted_one_out()
    {
        _known.Add(LanFixture.Id(1));
        Take(Announcement(LanFixture.Profile("friend", 1), "10.0.0.2"));

        for (int i = 2; i < 4 * NodeCache.Instances; i++)
        {
            Take(Announcement(LanFixture.Profile("fake", i), "10.0.0.66"));
        }

        Assert.Equal(NodeCache.Instances, _cache.Count);
        Assert.Equal(["10.0.0.2:22021"], Find(1));
    }

    [Fact]
    public void Who_claims_a_trusted_id_a_thousand_times_gets_a_handful_of_places_and_comes_last()
    {
        _known.Add(LanFixture.Id(1));
        LanProfile friend = LanFixture.Profile("friend", 1);
        Take(Announcement(friend, "10.0.0.2"));
        _now += TimeSpan.FromSeconds(1);
        for (int i = 2; i < 4 * NodeCache.Instances; i++)
        {
            Take(Announcement(friend, "10.0.0.66", attempt: i));
        }

        for (int i = 1000; i < 4 * NodeCache.Instances; i++)
        {
            Take(Announcement(LanFixture.Profile("fake", i), "10.0.0.66"));
        }

        Assert.Equal("10.0.0.2:22021", Find(1)[0]);
        Assert.InRange(Find(1).Count, 1, NodeCache.InstancesPerNode);
        Assert.Equal(NodeCache.Instances, _cache.Count);
    }

    [Fact]
    public void A_host_with_endless_addresses_keeps_a_few()
    {
        LanProfile profile = LanFixture.Profile("nas", 1);
        for (int i = 0; i < 1000; i++)
        {
            Take(Announcement(profile, $"10.1.{i / 250}.{i % 250}"));
        }

        Assert.InRange(_cache.Find(profile.NodeId, _now).Single().ToPeer(_now).Addresses.Count, 1, 8);
    }

    [Fact]
    public void What_was_said_ends_when_it_was_said_to_end()
    {
        Take(Announcement(LanFixture.Profile("nas", 1), "10.0.0.2"));

        _now += TimeSpan.FromSeconds(119);
        Assert.Single(Find(1));
        _now += TimeSpan.FromSeconds(2);
        Assert.Empty(Find(1));

        _now += TimeSpan.FromSeconds(LanService.OtherSeconds);
        _cache.Sweep(_now);
        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void Nobody_is_there_for_longer_than_the_longest_time()
    {
        DnsMessage endless = Announcement(LanFixture.Profile("nas", 1), "10.0.0.2");
        Take(endless with { Answers = [.. endless.Answers.Select(r => r with { Seconds = uint.MaxValue })] });

        _now += TimeSpan.FromSeconds(LanService.OtherSeconds + 1);

        Assert.Empty(Find(1));
    }

    [Fact]
    public void A_new_address_takes_the_place_of_the_old_one()
    {
        LanProfile profile = LanFixture.Profile("nas", 1);
        Take(Announcement(profile, "10.0.0.2"));
        _now += TimeSpan.FromSeconds(5);

        Take(Announcement(profile, "10.0.0.3"));

        Assert.Equal(["10.0.0.3:22021"], Find(1));
    }

    [Theory]
    [InlineData("id=nonsense")]
    [InlineData("n=no id at all")]
    public void Without_an_id_it_is_nobody(string text)
    {
        DnsMessage message = Announcement(LanFixture.Profile("nas", 1), "10.0.0.2");
        DnsName instance = message.Answers.First(r => r.Type == DnsType.Srv).Name;

        Take(message with { Answers = [.. message.Answers.Where(r => r.Type != DnsType.Txt), DnsRecord.Txt(instance, [text], 4500)] });

        Assert.DoesNotContain(_cache.All, known => known.IsComplete(_now));
    }

    [Fact]
    public void A_name_that_could_harm_a_terminal_is_made_harmless()
    {
        Take(Announcement(LanFixture.Profile("a\u001b[2Jb\u202e", 1), "10.0.0.2"));

        string name = _cache.Find(LanFixture.Id(1), _now).Single().ToPeer(_now).Name;

        Assert.DoesNotContain(name, c => char.IsControl(c) || c == '\u202e');
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.0.1")]
    public void An_address_that_is_nobodys_is_not_taken(string address)
    {
        Take(Announcement(LanFixture.Profile("nas", 1), address));

        Assert.Empty(Find(1));
    }

    [Fact]
    public void A_record_under_no_name_of_the_service_is_nobody()
    {
        Take(new DnsMessage { IsResponse = true, Answers = [DnsRecord.Ptr(LanService.Service, DnsName.Of("elsewhere", "local"), 4500)] });

        Assert.Equal(0, _cache.Count);
    }

    private List<string> Find(int number) =>
        [.. _cache.Find(LanFixture.Id(number), _now).SelectMany(instance => instance.ToPeer(_now).Addresses)];

    private void Take(DnsMessage message) => _cache.Take(Link, message, _now, DateTimeOffset.UnixEpoch);

    private static DnsMessage Announcement(LanProfile profile, string address, int attempt = 1)
    {
        DnsName instance = LanService.Instance(profile, attempt);
        DnsName host = LanService.Host(profile, attempt);
        return new DnsMessage
        {
            IsResponse = true,
            Answers =
            [
                DnsRecord.Ptr(LanService.Service, instance, LanService.OtherSeconds),
                DnsRecord.Srv(instance, (ushort)profile.Port, host, LanService.HostSeconds),
                LanService.Text(instance, profile),
                DnsRecord.Host(host, IPAddress.Parse(address), LanService.HostSeconds),
            ],
        };
    }
}
