using PSPeerShare.Core.Discovery.Dns;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>
/// Claims names for a node, announces and defends them, answers for them, and takes them back (RFC 6762 sections 6, 8
/// to 10). It has no socket, clock or thread: it is told the time and what was heard, and says what to send.
/// </summary>
/// <remarks>Not thread safe.</remarks>
internal sealed partial class Announcer
{
    private const int Probes = 3;
    private const int Announcements = 3;
    private const int ConflictBurst = 15;
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnnounceInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LostTie = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConflictWindow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConflictPause = TimeSpan.FromSeconds(5);

    private readonly LanSend _send;
    private readonly Random _random;
    private readonly Queue<TimeSpan> _conflicts = [];
    private IReadOnlyList<LanLink> _links = [];
    private int _attempt = 1;
    private int _step;
    private TimeSpan _stepDue = TimeSpan.MaxValue;

    public Announcer(LanProfile profile, LanSend send, Random random)
    {
        Profile = profile;
        _send = send;
        _random = random;
        Instance = LanService.Instance(profile, _attempt);
        Host = LanService.Host(profile, _attempt);
    }

    public LanProfile Profile { get; private set; }

    public DnsName Instance { get; private set; }

    public DnsName Host { get; private set; }

    /// <summary>Whether the names are this node's, as far as one can know.</summary>
    public bool HasNames => _step > Probes;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public TimeSpan Due => _pending.Count == 0 ? _stepDue : new[] { _stepDue, _pending.Min(answer => answer.Due) }.Min();

    /// <summary>Begins on these links, or again after they changed.</summary>
    public void Start(IReadOnlyList<LanLink> links, TimeSpan now)
    {
        _links = links;
        Probe(now + Between(TimeSpan.Zero, ProbeInterval));
    }

    /// <summary>Tells everyone that the node says something else of itself now.</summary>
    public void Update(LanProfile profile, TimeSpan now)
    {
        bool isRenamed = profile.Name != Profile.Name || profile.NodeId != Profile.NodeId;
        if (isRenamed && HasNames)
        {
            Goodbye();
        }

        Profile = profile;
        if (isRenamed)
        {
            _attempt = 0;
            Rename(now);
        }
        else if (HasNames)
        {
            _step = Probes + 1;
            _stepDue = now;
        }
    }

    /// <summary>Does what is due.</summary>
    public void Tick(TimeSpan now)
    {
        if (_stepDue <= now)
        {
            Step(now);
        }

        Answer(now);
    }

    /// <summary>Takes back what was announced.</summary>
    public void Goodbye()
    {
        if (HasNames)
        {
            foreach (LanLink link in _links)
            {
                _send(link, null, new DnsMessage { IsResponse = true, Answers = [.. Records(link).Select(record => record with { Seconds = 0 })] });
            }
        }

        _pending.Clear();
        _stepDue = TimeSpan.MaxValue;
        _step = 0;
    }

    private void Step(TimeSpan now)
    {
        foreach (LanLink link in _links)
        {
            if (_step < Probes)
            {
                _send(link, null, new DnsMessage
                {
                    Questions = [new DnsQuestion(Instance, DnsType.Any), new DnsQuestion(Host, DnsType.Any)],
                    Claims = [.. Unique(link).Select(record => record with { IsUnique = false })],
                });
            }
            else
            {
                Say(link, Records(link), [], now);
            }
        }

        _step++;
        _stepDue = _step <= Probes ? now + ProbeInterval
            : _step < Probes + Announcements ? now + AnnounceInterval
            : TimeSpan.MaxValue;
    }

    private void Probe(TimeSpan at)
    {
        _step = 0;
        _stepDue = at;
        _pending.Clear();
        _said.Clear();
    }

    private void Rename(TimeSpan now)
    {
        _attempt++;
        Instance = LanService.Instance(Profile, _attempt);
        Host = LanService.Host(Profile, _attempt);
        Probe(now + Between(TimeSpan.Zero, ProbeInterval));
    }

    private DnsRecord[] Records(LanLink link) =>
    [
        DnsRecord.Ptr(LanService.Service, Instance, LanService.OtherSeconds),
        .. Subtype(),
        .. Unique(link),
        DnsRecord.Ptr(LanService.Enumeration, LanService.Service, LanService.OtherSeconds),
    ];

    // Who looks for the node means the node, not what its home hands over.
    private DnsRecord[] Subtype() => Profile.HandOver > 0
        ? []
        : [DnsRecord.Ptr(LanService.Subtype(Profile.NodeId), Instance, LanService.OtherSeconds)];

    private DnsRecord[] Unique(LanLink link) =>
    [
        DnsRecord.Srv(Instance, (ushort)Profile.Port, Host, LanService.HostSeconds),
        LanService.Text(Instance, Profile),
        .. link.Own.Select(address => DnsRecord.Host(Host, address, LanService.HostSeconds)),
    ];

    private TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());
}
