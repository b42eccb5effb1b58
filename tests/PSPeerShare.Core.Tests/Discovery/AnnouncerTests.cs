using System.Net;
using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Discovery.Lan;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>The rules of RFC 6762, with the time in the test's hand.</summary>
public sealed class AnnouncerTests
{
    private static readonly LanLink Link = LanBus.Link("10.0.0.1");
    private static readonly IPEndPoint Asker = new(IPAddress.Parse("10.0.0.9"), Announcer.MulticastPort);
    private static readonly LanProfile Profile = LanFixture.Profile("nas", 1);

    private readonly List<(IPEndPoint? To, DnsMessage Message)> _sent = [];
    private readonly Announcer _announcer;
    private TimeSpan _now;

    public AnnouncerTests()
    {
        _announcer = new Announcer(Profile, (_, to, message) => _sent.Add((to, message)), new Random(1));
        _announcer.Start([Link], _now);
    }

    [Fact]
    public void It_asks_three_times_before_it_takes_a_name_and_then_says_so_three_times()
    {
        Pass(TimeSpan.FromSeconds(10));

        Assert.Equal([false, false, false, true, true, true], _sent.Select(s => s.Message.IsResponse));
        Assert.All(_sent[..3], s => Assert.Equal([_announcer.Instance, _announcer.Host], s.Message.Questions.Select(q => q.Name)));
        Assert.All(_sent[..3], s => Assert.Contains(s.Message.Claims, claim => claim.Type == DnsType.Srv));
        Assert.All(_sent[3..], s => Assert.Contains(s.Message.Answers, answer => answer is { Type: DnsType.Srv, IsUnique: true, Seconds: 120 }));
        Assert.All(_sent[3..], s => Assert.DoesNotContain(s.Message.Answers, answer => answer is { Type: DnsType.Ptr, IsUnique: true }));
    }

    [Fact]
    public void Who_asks_for_the_service_is_told_where_it_is_too()
    {
        Settle();

        Ask(new DnsMessage { Questions = [new DnsQuestion(LanService.Service, DnsType.Ptr)] });

        DnsMessage answer = Assert.Single(_sent).Message;
        Assert.Equal(_announcer.Instance, Assert.Single(answer.Answers).Target);
        Assert.Equal([DnsType.A, DnsType.Txt, DnsType.Srv], answer.Additional.Select(r => r.Type).Order());
    }

    [Fact]
    public void What_the_asker_knows_is_not_repeated()
    {
        Settle();
        DnsQuestion question = new(LanService.Service, DnsType.Ptr);
        DnsRecord known = DnsRecord.Ptr(LanService.Service, _announcer.Instance, LanService.OtherSeconds);

        Ask(new DnsMessage { Questions = [question], Answers = [known] });
        Assert.Empty(_sent);

        Ask(new DnsMessage { Questions = [question], Answers = [known with { Seconds = (LanService.OtherSeconds / 2) - 1 }] });
        Assert.Single(_sent);
    }

    [Fact]
    public void What_the_asker_says_later_that_it_knows_is_not_repeated_either()
    {
        Settle();
        DnsRecord known = DnsRecord.Ptr(LanService.Service, _announcer.Instance, LanService.OtherSeconds);

        _announcer.Hear(Link, Asker, new DnsMessage { IsTruncated = true, Questions = [new DnsQuestion(LanService.Service, DnsType.Ptr)] }, _now);
        Pass(TimeSpan.FromMilliseconds(200));
        Assert.Empty(_sent);
        _announcer.Hear(Link, Asker, new DnsMessage { Answers = [known] }, _now);
        Pass(TimeSpan.FromSeconds(2));

        Assert.Empty(_sent);
    }

    [Fact]
    public void Nothing_is_said_twice_within_a_second()
    {
        Settle();
        for (int i = 0; i < 100; i++)
        {
            Ask(new DnsMessage { Questions = [new DnsQuestion(LanService.Service, DnsType.Ptr)] }, TimeSpan.FromMilliseconds(5));
        }

        Assert.Single(_sent);
    }

    [Fact]
    public void A_simple_resolver_gets_an_answer_of_its_own()
    {
        Settle();
        IPEndPoint simple = new(Asker.Address, 40_000);

        _announcer.Hear(Link, simple, new DnsMessage { Id = 99, Questions = [new DnsQuestion(_announcer.Instance, DnsType.Srv)] }, _now);

        (IPEndPoint? to, DnsMessage answer) = Assert.Single(_sent);
        Assert.Equal((simple, 99, 1), (to, answer.Id, answer.Questions.Count));
        Assert.All(answer.Answers.Concat(answer.Additional), r => Assert.True(r is { IsUnique: false, Seconds: <= 10 }));
    }

    [Fact]
    public void Only_the_node_meant_answers_to_its_subtype()
    {
        Settle();

        Ask(new DnsMessage { Questions = [new DnsQuestion(LanService.Subtype(LanFixture.Id(2)), DnsType.Ptr)] });
        Assert.Empty(_sent);

        Ask(new DnsMessage { Questions = [new DnsQuestion(LanService.Subtype(Profile.NodeId), DnsType.Ptr)] });
        Assert.Equal(_announcer.Instance, Assert.Single(Assert.Single(_sent).Message.Answers).Target);
    }

    [Fact]
    public void Who_wants_its_name_is_told_at_once_that_it_is_taken()
    {
        Settle();

        _announcer.Hear(Link, Asker, Probe(9), _now);

        Assert.Contains(Assert.Single(_sent).Message.Answers, r => r.Type == DnsType.Srv);
    }

    [Fact]
    public void A_name_that_someone_has_is_left_to_them()
    {
        DnsName wanted = _announcer.Instance;
        Pass(TimeSpan.FromMilliseconds(300));

        _announcer.Hear(Link, Asker, Claim(9), _now);
        Settle();

        Assert.NotEqual(wanted, _announcer.Instance);
        Assert.True(_announcer.HasNames);
    }

    [Fact]
    public void Of_two_that_ask_for_a_name_at_once_the_later_in_order_goes_on()
    {
        Pass(TimeSpan.FromMilliseconds(300));
        _sent.Clear();

        _announcer.Hear(Link, Asker, Probe(1), _now);
        Pass(TimeSpan.FromMilliseconds(900));
        Assert.Contains(_sent, s => s.Message.IsResponse);
    }

    [Fact]
    public void Of_two_that_ask_for_a_name_at_once_the_earlier_in_order_waits()
    {
        Pass(TimeSpan.FromMilliseconds(300));
        _sent.Clear();

        _announcer.Hear(Link, Asker, Probe(65_000, "255.0.0.1"), _now);
        Pass(TimeSpan.FromMilliseconds(900));
        Assert.Empty(_sent);
    }

    [Fact]
    public void Its_own_words_are_no_conflict()
    {
        Settle();
        DnsName name = _announcer.Instance;
        _announcer.Hear(Link, Asker, new DnsMessage { Questions = [new DnsQuestion(LanService.Service, DnsType.Ptr)] }, _now);
        Pass(TimeSpan.FromSeconds(1));

        _announcer.Hear(Link, new IPEndPoint(Link.Own[0], 5353), Assert.Single(_sent).Message, _now);

        Assert.Equal((name, true), (_announcer.Instance, _announcer.HasNames));
    }

    [Fact]
    public void Someone_who_claims_every_name_does_not_keep_it_busy()
    {
        for (int i = 0; i < 2000; i++)
        {
            _announcer.Hear(Link, Asker, Claim(9), _now);
            Pass(TimeSpan.FromMilliseconds(10));
        }

        // Twenty seconds: without a pause there would be eighty.
        Assert.InRange(_sent.Count(s => !s.Message.IsResponse), 0, 30);
    }

    [Fact]
    public void Goodbye_takes_everything_back()
    {
        Settle();

        _announcer.Goodbye();

        Assert.All(Assert.Single(_sent).Message.Answers, r => Assert.Equal(0u, r.Seconds));
        Assert.Equal(TimeSpan.MaxValue, _announcer.Due);
    }

    [Fact]
    public void A_long_name_is_cut_and_keeps_the_id()
    {
        LanProfile profile = LanFixture.Profile(string.Concat(Enumerable.Repeat("😀", 15)), 3);

        string label = LanService.Instance(profile, 12).FirstLabel;

        Assert.EndsWith($"😀 ({profile.NodeId.ShortId}) #12", label, StringComparison.Ordinal);
    }

    private DnsMessage Probe(int port, string address = "1.0.0.1") => new()
    {
        Questions = [new DnsQuestion(_announcer.Instance, DnsType.Any)],
        Claims = [DnsRecord.Srv(_announcer.Instance, (ushort)port, _announcer.Host, 120), DnsRecord.Host(_announcer.Host, IPAddress.Parse(address), 120)],
    };

    private DnsMessage Claim(int port) => new()
    {
        IsResponse = true,
        Answers = [DnsRecord.Srv(_announcer.Instance, (ushort)port, _announcer.Host, 120)],
    };

    private void Ask(DnsMessage query, TimeSpan? wait = null)
    {
        _announcer.Hear(Link, Asker, query, _now);
        Pass(wait ?? TimeSpan.FromMilliseconds(500));
    }

    private void Settle()
    {
        Pass(TimeSpan.FromSeconds(10));
        _sent.Clear();
    }

    private void Pass(TimeSpan time)
    {
        TimeSpan end = _now + time;
        while (_announcer.Due <= end)
        {
            _now = _announcer.Due > _now ? _announcer.Due : _now;
            _announcer.Tick(_now);
        }

        _now = end;
    }
}
