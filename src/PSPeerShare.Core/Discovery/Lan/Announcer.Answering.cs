using System.Net;
using PSPeerShare.Core.Discovery.Dns;

namespace PSPeerShare.Core.Discovery.Lan;

// What others ask, and what others claim.
internal sealed partial class Announcer
{
    /// <summary>The port of multicast DNS. Who asks from another one is a simple resolver that wants an answer of its own.</summary>
    public const int MulticastPort = 5353;

    private const int PendingAnswers = 64;
    private const uint SimpleSeconds = 10;
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MostWait = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan LeastWaitForMore = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan MostWaitForMore = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DefenceInterval = TimeSpan.FromMilliseconds(250);

    private readonly List<PendingAnswer> _pending = [];
    private readonly Dictionary<(int Index, bool IsV6, DnsType Type, DnsName Name), TimeSpan> _said = [];

    /// <summary>Takes a message that was heard on a link.</summary>
    public void Hear(LanLink link, IPEndPoint from, DnsMessage message, TimeSpan now)
    {
        if (message.IsResponse)
        {
            NoteConflicts(message, now);
        }
        else if (!HasNames)
        {
            BreakTie(link, message, now);
        }
        else
        {
            TakeQuery(link, from, message, now);
        }
    }

    private void TakeQuery(LanLink link, IPEndPoint from, DnsMessage query, TimeSpan now)
    {
        // What follows a truncated query is known answers of the same asker.
        foreach (PendingAnswer waiting in _pending.Where(waiting => waiting.Link == link && waiting.Asker.Equals(from)))
        {
            waiting.Records.RemoveAll(record => IsKnown(record, query));
        }

        // Most of what is asked on a network concerns others.
        if (!query.Questions.Any(question => IsOurs(question.Name)))
        {
            return;
        }

        DnsRecord[] own = Records(link);
        List<DnsRecord> answers = [.. own.Where(record => query.Questions.Any(question => question.Asks(record)) && !IsKnown(record, query))];
        if (answers.Count == 0)
        {
            return;
        }

        if (from.Port != MulticastPort)
        {
            _send(link, from, new DnsMessage
            {
                Id = query.Id,
                IsResponse = true,
                Questions = query.Questions,
                Answers = [.. answers.Select(ForSimple)],
                Additional = [.. Besides(answers, own).Select(ForSimple)],
            });
            return;
        }

        bool isProbe = query.Claims.Count > 0;
        TimeSpan wait = query.IsTruncated ? Between(LeastWaitForMore, MostWaitForMore)
            : isProbe || answers.TrueForAll(record => record.IsUnique) ? TimeSpan.Zero
            : Between(LeastWait, MostWait);
        if (_pending.Count < PendingAnswers)
        {
            _pending.Add(new PendingAnswer(link, from, now + wait, isProbe, answers));
        }

        Answer(now);
    }

    // What is due on a link goes out in one message, and nothing that has just been said.
    private void Answer(TimeSpan now)
    {
        foreach (IGrouping<LanLink, PendingAnswer> due in _pending.FindAll(answer => answer.Due <= now).GroupBy(answer => answer.Link))
        {
            TimeSpan pause = due.Any(answer => answer.IsDefence) ? DefenceInterval : RepeatInterval;
            DnsRecord[] own = Records(due.Key);
            DnsRecord[] answers = [.. own.Where(record => due.Any(answer => answer.Records.Exists(record.Says)) && !WasSaid(due.Key, record, now - pause))];
            if (answers.Length > 0)
            {
                Say(due.Key, answers, Besides(answers, own), now);
            }
        }

        _pending.RemoveAll(answer => answer.Due <= now);
    }

    private void Say(LanLink link, IReadOnlyList<DnsRecord> answers, IReadOnlyList<DnsRecord> additional, TimeSpan now)
    {
        foreach (DnsRecord record in answers)
        {
            _said[(link.Index, link.Family != System.Net.Sockets.AddressFamily.InterNetwork, record.Type, record.Name)] = now;
        }

        _send(link, null, new DnsMessage { IsResponse = true, Answers = answers, Additional = additional });
    }

    private bool WasSaid(LanLink link, DnsRecord record, TimeSpan since) => _said.TryGetValue(
        (link.Index, link.Family != System.Net.Sockets.AddressFamily.InterNetwork, record.Type, record.Name), out TimeSpan last) && last > since;

    private void NoteConflicts(DnsMessage response, TimeSpan now)
    {
        if (!response.Answers.Concat(response.Additional).Any(IsForeign))
        {
            return;
        }

        _conflicts.Enqueue(now);
        while (_conflicts.Count > ConflictBurst || _conflicts.Peek() < now - ConflictWindow)
        {
            _conflicts.Dequeue();
        }

        if (!HasNames)
        {
            Rename(now);
        }
        else
        {
            Probe(now);
        }

        // Someone who answers for every name would keep this node busy for ever.
        if (_conflicts.Count >= ConflictBurst)
        {
            _stepDue = now + ConflictPause;
        }
    }

    /// <summary>A record under a name of ours that no link of ours would carry.</summary>
    private bool IsForeign(DnsRecord record) => record.Seconds > 0
        && record.Type is DnsType.Srv or DnsType.Txt or DnsType.A or DnsType.Aaaa
        && (record.Name.Equals(Instance) || record.Name.Equals(Host))
        && !_links.Any(link => Unique(link).Any(record.Says));

    // Two that claim a name at once compare what they claim: the later in order has it (RFC 6762 section 8.2).
    private void BreakTie(LanLink link, DnsMessage probe, TimeSpan now)
    {
        DnsRecord[] theirs = [.. probe.Claims.Where(claim => claim.Name.Equals(Instance) || claim.Name.Equals(Host))];
        if (theirs.Length == 0 || Array.TrueForAll(theirs, claim => !IsForeign(claim with { Seconds = 1 })))
        {
            return;
        }

        DnsRecord[] ours = [.. Unique(link)];
        if (Compare(ours, theirs) < 0)
        {
            Probe(now + LostTie);
        }
    }

    private static int Compare(DnsRecord[] left, DnsRecord[] right)
    {
        DnsRecord[] one = Sorted(left);
        DnsRecord[] two = Sorted(right);
        for (int i = 0; i < Math.Min(one.Length, two.Length); i++)
        {
            if (Compare(one[i], two[i]) is var order and not 0)
            {
                return order;
            }
        }

        return one.Length - two.Length;
    }

    private static DnsRecord[] Sorted(DnsRecord[] records)
    {
        DnsRecord[] sorted = [.. records];
        Array.Sort(sorted, Compare);
        return sorted;
    }

    private static int Compare(DnsRecord left, DnsRecord right) =>
        left.Type != right.Type ? left.Type.CompareTo(right.Type) : left.Data.AsSpan().SequenceCompareTo(right.Data);

    private bool IsOurs(DnsName name) =>
        name.Equals(LanService.Service) || name.Equals(LanService.Enumeration) || name.IsBelow(LanService.Subtypes) || name.Equals(Instance) || name.Equals(Host);

    private static bool IsKnown(DnsRecord record, DnsMessage query) =>
        query.Answers.Any(known => known.Says(record) && known.Seconds >= record.Seconds / 2);

    // Whoever learns of the instance wants to know where it is (RFC 6763 section 12).
    private static IReadOnlyList<DnsRecord> Besides(IReadOnlyList<DnsRecord> answers, DnsRecord[] own)
    {
        bool isListed = answers.Any(LanService.IsListing);
        bool isLocated = isListed || answers.Any(record => record.Type == DnsType.Srv);
        return [.. own.Where(record => !answers.Any(record.Says) && record.Type switch
        {
            DnsType.Srv or DnsType.Txt => isListed,
            DnsType.A or DnsType.Aaaa => isLocated,
            _ => false,
        })];
    }

    // It keeps nothing that could be flushed, and should ask again soon (RFC 6762 section 6.7).
    private static DnsRecord ForSimple(DnsRecord record) => record with { Seconds = Math.Min(record.Seconds, SimpleSeconds), IsUnique = false };

    private sealed record PendingAnswer(LanLink Link, IPEndPoint Asker, TimeSpan Due, bool IsDefence, List<DnsRecord> Records);
}
