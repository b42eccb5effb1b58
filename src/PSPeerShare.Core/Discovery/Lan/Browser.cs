using PSPeerShare.Core.Discovery.Dns;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>
/// Asks who is there, less and less often, and for what is missing to reach one (RFC 6762 section 5.2). It has no
/// socket, clock or thread.
/// </summary>
/// <remarks>Not thread safe.</remarks>
internal sealed class Browser(NodeCache cache, LanSend send, Random random)
{
    private const int KnownPerDatagram = 30;
    private const int DetailsPerDatagram = 16;
    private const int DetailAttempts = 3;
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MostWait = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan FirstInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan DetailInterval = TimeSpan.FromSeconds(1);

    private IReadOnlyList<LanLink> _links = [];
    private TimeSpan _interval = FirstInterval;
    private TimeSpan _queryDue = TimeSpan.MaxValue;
    private TimeSpan _detailDue = TimeSpan.MaxValue;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public TimeSpan Due => _queryDue < _detailDue ? _queryDue : _detailDue;

    /// <summary>Begins on these links, or again after they changed.</summary>
    public void Start(IReadOnlyList<LanLink> links, TimeSpan now)
    {
        _links = links;
        _interval = FirstInterval;
        _queryDue = now + LeastWait + ((MostWait - LeastWait) * random.NextDouble());
    }

    /// <summary>Asks at once, those included of whom there is nothing to learn: who is silent is not there.</summary>
    public void Ask(DnsName service)
    {
        foreach (LanLink link in _links)
        {
            send(link, null, new DnsMessage { Questions = [new DnsQuestion(service, DnsType.Ptr)] });
        }
    }

    /// <summary>Takes a response; returns the nodes that it completes or confirms.</summary>
    public IReadOnlyList<CachedInstance> Hear(LanLink link, DnsMessage response, TimeSpan now, DateTimeOffset clock)
    {
        List<CachedInstance> seen = [];
        foreach (CachedInstance instance in cache.Take(link, response, now, clock))
        {
            if (instance.IsComplete(now))
            {
                instance.Asked = 0;
                seen.Add(instance);
            }
            else if (instance.PointerEnds > now && instance.Asked < DetailAttempts && _detailDue == TimeSpan.MaxValue)
            {
                _detailDue = now + MostWait;
            }
        }

        return seen;
    }

    /// <summary>Does what is due.</summary>
    public void Tick(TimeSpan now)
    {
        if (_detailDue <= now)
        {
            AskDetails(now);
        }

        if (_queryDue <= now)
        {
            AskWhoElse(now);
            _queryDue = now + _interval;
            _interval = _interval * 2 < LastInterval ? _interval * 2 : LastInterval;
        }
    }

    // What is known and complete goes along, so that nobody repeats it.
    private void AskWhoElse(TimeSpan now)
    {
        cache.Sweep(now);
        DnsRecord[] known = [.. cache.All
            .Where(instance => instance.PointerHalf > now && instance.IsComplete(now))
            .Select(instance => DnsRecord.Ptr(LanService.Service, instance.Name, (uint)(instance.PointerEnds - now).TotalSeconds))];
        DnsRecord[][] parts = known.Length == 0 ? [[]] : [.. known.Chunk(KnownPerDatagram)];
        foreach (LanLink link in _links)
        {
            for (int i = 0; i < parts.Length; i++)
            {
                DnsMessage query = i == 0 ? Query(parts[i]) : new DnsMessage { Answers = parts[i] };
                send(link, null, query with { IsTruncated = i < parts.Length - 1 });
            }
        }
    }

    private void AskDetails(TimeSpan now)
    {
        CachedInstance[] open = [.. cache.All
            .Where(instance => instance.PointerEnds > now && instance.Asked < DetailAttempts && !instance.IsComplete(now))];
        CachedInstance[] due = [.. open.Where(instance => instance.AskAgain <= now).Take(DetailsPerDatagram)];
        foreach (CachedInstance instance in due)
        {
            instance.Asked++;
            instance.AskAgain = now + DetailInterval;
        }

        List<DnsQuestion> questions = [.. due.SelectMany(instance => Missing(instance, now))];
        foreach (LanLink link in questions.Count > 0 ? _links : [])
        {
            send(link, null, new DnsMessage { Questions = questions });
        }

        _detailDue = Array.Exists(open, instance => instance.Asked < DetailAttempts) ? now + DetailInterval : TimeSpan.MaxValue;
    }

    private static IEnumerable<DnsQuestion> Missing(CachedInstance instance, TimeSpan now)
    {
        if (instance.ServiceEnds <= now || instance.Host is null)
        {
            yield return new DnsQuestion(instance.Name, DnsType.Srv);
        }
        else if (!instance.Host.Valid(now).Any())
        {
            yield return new DnsQuestion(instance.Host.Name, DnsType.A);
            yield return new DnsQuestion(instance.Host.Name, DnsType.Aaaa);
        }

        if (instance.TextEnds <= now)
        {
            yield return new DnsQuestion(instance.Name, DnsType.Txt);
        }
    }

    private static DnsMessage Query(IReadOnlyList<DnsRecord> known) =>
        new() { Questions = [new DnsQuestion(LanService.Service, DnsType.Ptr)], Answers = known };
}
