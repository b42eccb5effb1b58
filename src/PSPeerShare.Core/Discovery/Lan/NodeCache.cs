using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>
/// What was heard of nodes, for as long as they said it holds. Anyone may say anything: there is a limit to how much
/// is kept, and whom this home trusts is not driven out of it by strangers.
/// </summary>
/// <remarks>Not thread safe.</remarks>
/// <param name="isKnown">Whether this home trusts a node.</param>
/// <param name="random">Chooses who has to go.</param>
internal sealed class NodeCache(Func<NodeId, bool> isKnown, Random random)
{
    public const int Instances = 2048;

    /// <summary>How many claim one id at most; there is one that is right, and perhaps one that is old.</summary>
    public const int InstancesPerNode = 8;

    private const uint LongestSeconds = LanService.OtherSeconds;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Dictionary<DnsName, CachedInstance> _instances = [];
    private readonly Dictionary<DnsName, CachedHost> _hosts = [];
    private readonly List<CachedInstance> _list = [];

    public int Count => _list.Count;

    /// <summary>Everything that is kept, whether it is complete or not.</summary>
    public IReadOnlyList<CachedInstance> All => _list;

    /// <summary>Takes over a response; returns the instances that it said something about.</summary>
    public IReadOnlyCollection<CachedInstance> Take(LanLink link, DnsMessage response, TimeSpan now, DateTimeOffset clock)
    {
        HashSet<CachedInstance> touched = [];
        IEnumerable<DnsRecord> records = response.Answers.Concat(response.Additional);
        foreach (DnsRecord pointer in records.Where(LanService.IsListing))
        {
            if (TakePointer(pointer, now) is { } instance)
            {
                touched.Add(instance);
            }
        }

        foreach (DnsRecord record in records.Where(r => r.Type is DnsType.Srv or DnsType.Txt))
        {
            if (_instances.TryGetValue(record.Name, out CachedInstance? instance))
            {
                TakeDetail(instance, record, now);
                touched.Add(instance);
            }
        }

        HashSet<CachedHost> flushed = [];
        foreach (DnsRecord record in records.Where(r => r.Type is DnsType.A or DnsType.Aaaa))
        {
            if (_hosts.TryGetValue(record.Name, out CachedHost? host))
            {
                if (record.IsUnique && flushed.Add(host))
                {
                    host.Flush(link, now);
                }

                host.Take(link, record, now, now + Life(record));
            }
        }

        foreach (CachedInstance instance in touched)
        {
            instance.Heard = clock;
            instance.HeardAt = now;
        }

        return touched;
    }

    /// <summary>Those who claim an id, the first to do so first.</summary>
    public IEnumerable<CachedInstance> Find(NodeId nodeId, TimeSpan now) => _list
        .Where(instance => instance.Profile?.NodeId == nodeId && instance.IsComplete(now))
        .OrderBy(instance => instance.Since)
        .Take(InstancesPerNode);

    /// <summary>Forgets what no longer holds.</summary>
    public void Sweep(TimeSpan now)
    {
        foreach (CachedInstance gone in _list.FindAll(instance => instance.PointerEnds <= now))
        {
            Remove(gone);
        }
    }

    private CachedInstance? TakePointer(DnsRecord pointer, TimeSpan now)
    {
        DnsName name = pointer.Target;
        bool isThere = _instances.TryGetValue(name, out CachedInstance? instance);
        if (pointer.Seconds == 0)
        {
            if (isThere)
            {
                instance!.PointerEnds = now + Farewell;
            }

            return null;
        }

        if (!isThere)
        {
            if (!name.IsBelow(LanService.Service))
            {
                return null;
            }

            MakeRoom();
            instance = new CachedInstance(name) { Since = now, Place = _list.Count };
            _instances.Add(name, instance);
            _list.Add(instance);
        }

        instance!.PointerEnds = now + Life(pointer);
        instance.PointerHalf = now + (Life(pointer) / 2);
        return instance;
    }

    private void TakeDetail(CachedInstance instance, DnsRecord record, TimeSpan now)
    {
        if (record.Type == DnsType.Txt)
        {
            instance.Text = record;
            instance.TextEnds = now + Life(record);
        }
        else
        {
            if (instance.Host is null || !instance.Host.Name.Equals(record.Target))
            {
                Release(instance.Host);
                instance.Host = Claim(record.Target);
            }

            instance.Port = record.Port;
            instance.ServiceEnds = now + Life(record);
        }

        instance.Profile = instance.Text is null ? null : LanService.Read(instance.Text, instance.Port);
        instance.IsKnown = instance.Profile is { } profile && isKnown(profile.NodeId)
            && (instance.IsKnown || _list.Count(other => other.IsKnown && other.Profile?.NodeId == profile.NodeId) < InstancesPerNode);
    }

    // By chance, so that nobody can aim; a few tries, because nearly everyone may be known.
    private void MakeRoom()
    {
        for (int tries = 0; _list.Count >= Instances; tries++)
        {
            CachedInstance candidate = _list[random.Next(_list.Count)];
            if (!candidate.IsKnown || tries > 16)
            {
                Remove(candidate);
            }
        }
    }

    private void Remove(CachedInstance instance)
    {
        _instances.Remove(instance.Name);
        Release(instance.Host);
        CachedInstance last = _list[^1];
        _list[instance.Place] = last;
        last.Place = instance.Place;
        _list.RemoveAt(_list.Count - 1);
    }

    private CachedHost Claim(DnsName name)
    {
        if (!_hosts.TryGetValue(name, out CachedHost? host))
        {
            _hosts.Add(name, host = new CachedHost(name));
        }

        host.Users++;
        return host;
    }

    private void Release(CachedHost? host)
    {
        if (host is not null && --host.Users == 0)
        {
            _hosts.Remove(host.Name);
        }
    }

    private static TimeSpan Life(DnsRecord record) =>
        record.Seconds == 0 ? Farewell : TimeSpan.FromSeconds(Math.Min(record.Seconds, LongestSeconds));
}
