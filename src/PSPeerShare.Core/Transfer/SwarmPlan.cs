namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Decides which source is asked for which lot of a file, a lot being a run of groups. It knows no socket, no file and
/// no clock: it is told what happened and when. It refuses to know what the bytes are; whoever verified them tells it.
/// </summary>
/// <remarks>
/// Sources take work as they finish it, the faster the more at a time. When nothing is left to be handed out, a source
/// that is idle is asked for what another one still owes; the first to bring it wins. Not thread safe.
/// </remarks>
internal sealed class SwarmPlan
{
    /// <summary>So many wrong groups, and a source is dropped.</summary>
    public const int MostBadGroups = 2;

    /// <summary>A source that owes something and brings nothing for so long is dropped.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int FewestAhead = 2;
    private const int MostAhead = 16;
    private const int MostAskers = 2;

    // A replacement has to promise so much more than the one it replaces.
    private const double WorthReplacing = 2;

    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(5);

    private readonly List<SwarmMember> _members = [];
    private readonly PriorityQueue<int, int> _missing = new();
    private readonly byte[] _askers;
    private readonly bool[] _isDone;
    private readonly long _lotBytes;
    private readonly int _mostSources;
    private TimeSpan _lastSwap;
    private int _left;

    /// <param name="lots">How many lots there are.</param>
    /// <param name="lotBytes">Bytes of a lot, for judging rates.</param>
    /// <param name="mostSources">How many sources may be asked at the same time.</param>
    /// <param name="isThere">Which lots are there already.</param>
    public SwarmPlan(int lots, long lotBytes, int mostSources, Func<int, bool> isThere)
    {
        _lotBytes = lotBytes;
        _mostSources = mostSources;
        _askers = new byte[lots];
        _isDone = new bool[lots];
        for (int lot = 0; lot < lots; lot++)
        {
            _isDone[lot] = isThere(lot);
            if (!_isDone[lot])
            {
                _missing.Enqueue(lot, lot);
                _left++;
            }
        }
    }

    /// <summary>Every lot has arrived.</summary>
    public bool IsComplete => _left == 0;

    /// <summary>No source is left that could bring the rest.</summary>
    public bool IsHopeless => !IsComplete && _members.TrueForAll(m => m.IsGone);

    /// <summary>A further source; asked at once if there is a place, else kept until there is one.</summary>
    public int Add(TimeSpan now)
    {
        _members.Add(new SwarmMember(_members.Count));
        FillPlaces(now);
        return _members.Count - 1;
    }

    /// <summary>Whether the source may be asked for more.</summary>
    public bool IsActive(int source) => _members[source].IsActive;

    /// <summary>Whether the source was dropped.</summary>
    public bool IsGone(int source) => _members[source].IsGone;

    /// <summary>Whether the lot is there.</summary>
    public bool IsDone(int lot) => _isDone[lot];

    /// <summary>The lot that the source is to be asked for next, if it is to be asked now.</summary>
    public int? Next(int source, TimeSpan now)
    {
        SwarmMember member = _members[source];
        if (!member.IsActive || member.Asked.Count >= AheadOf(member))
        {
            return null;
        }

        int? lot = TakeMissing(member) ?? (member.Asked.Count == 0 ? TakeOwed(member) : null);
        if (lot is { } taken)
        {
            _askers[taken]++;
            member.Ask(taken, now);
        }

        return lot;
    }

    /// <summary>Bytes came from a source, whatever they are.</summary>
    public void Brought(int source, int bytes, TimeSpan now) => _members[source].Brought(bytes, now);

    /// <summary>It is this side that keeps the source waiting.</summary>
    public void Excuse(int source, TimeSpan now) => _members[source].Seen(now);

    /// <summary>A lot came whole and is verified. False when it was there already.</summary>
    public bool Arrived(int source, int lot, TimeSpan now)
    {
        SwarmMember member = _members[source];
        member.Seen(now);
        if (member.Asked.Remove(lot))
        {
            _askers[lot]--;
        }

        if (_isDone[lot])
        {
            return false;
        }

        _isDone[lot] = true;
        _left--;
        return true;
    }

    /// <summary>A group of a lot is not the content's. True when the source is dropped for it.</summary>
    public bool Spoilt(int source, int lot, TimeSpan now)
    {
        SwarmMember member = _members[source];
        member.Spoilt.Add(lot);
        if (++member.BadGroups < MostBadGroups)
        {
            return false;
        }

        Drop(source, now);
        return true;
    }

    /// <summary>A lot that ended without being whole; somebody else is asked for it first.</summary>
    public void Missed(int source, int lot)
    {
        if (_members[source].Asked.Remove(lot))
        {
            Release(lot);
        }
    }

    /// <summary>The source is of no use any more; what it owes is owed by others now.</summary>
    public void Drop(int source, TimeSpan now)
    {
        SwarmMember member = _members[source];
        if (member.IsGone)
        {
            return;
        }

        member.IsGone = true;
        member.IsActive = false;
        foreach (int lot in member.Asked)
        {
            Release(lot);
        }

        member.Asked.Clear();
        FillPlaces(now);
    }

    /// <summary>Looks after those who bring nothing or little, and returns the sources that were dropped for it.</summary>
    public IReadOnlyList<int> Review(TimeSpan now)
    {
        int[] dead = [.. _members.Where(m => !m.IsGone && m.Asked.Count > 0 && now - m.LastSeen > Patience).Select(m => m.Id)];
        foreach (int source in dead)
        {
            Drop(source, now);
        }

        if (now - _lastSwap >= Trial)
        {
            ReplaceSlowest(now);
        }

        return dead;
    }

    private int AheadOf(SwarmMember member) =>
        (int)Math.Clamp(Math.Ceiling(member.Rate * Ahead.TotalSeconds / _lotBytes), FewestAhead, MostAhead);

    /// <summary>What nobody was asked for; what this source has spoilt only when there is nothing else.</summary>
    private int? TakeMissing(SwarmMember member)
    {
        List<int> spoilt = [];
        int? taken = null;
        while (taken is null && _missing.TryDequeue(out int lot, out _))
        {
            if (_isDone[lot] || _askers[lot] > 0)
            {
                continue;
            }

            if (member.Spoilt.Contains(lot))
            {
                spoilt.Add(lot);
            }
            else
            {
                taken = lot;
            }
        }

        if (taken is null && spoilt.Count > 0 && member.Asked.Count == 0)
        {
            taken = spoilt[0];
            spoilt.RemoveAt(0);
        }

        foreach (int lot in spoilt)
        {
            _missing.Enqueue(lot, lot);
        }

        return taken;
    }

    /// <summary>The lot that another source will bring last of all, if this one promises to be sooner.</summary>
    private int? TakeOwed(SwarmMember member)
    {
        (int Lot, double Seconds) latest = (-1, 0);
        foreach (SwarmMember other in _members)
        {
            for (int place = other.Asked.Count - 1; place >= 0; place--)
            {
                int lot = other.Asked[place];
                double seconds = SecondsFor(other, place + 1);
                if (seconds > latest.Seconds && other != member && !_isDone[lot] && _askers[lot] < MostAskers && !member.Spoilt.Contains(lot))
                {
                    latest = (lot, seconds);
                }
            }
        }

        return latest.Lot >= 0 && (member.Rate == 0 || SecondsFor(member, 1) < latest.Seconds) ? latest.Lot : null;
    }

    private double SecondsFor(SwarmMember member, int lots) =>
        member.Rate == 0 ? double.MaxValue : lots * _lotBytes / member.Rate;

    private void Release(int lot)
    {
        _askers[lot]--;
        if (!_isDone[lot] && _askers[lot] == 0)
        {
            _missing.Enqueue(lot, lot);
        }
    }

    private void FillPlaces(TimeSpan now)
    {
        while (_members.Count(m => m.IsActive) < _mostSources && BestWaiting() is { } best)
        {
            Activate(best, now);
        }
    }

    // Who was never tried comes before everyone who was: it may be the only honest one.
    private SwarmMember? BestWaiting() => _members
        .Where(m => !m.IsActive && !m.IsGone)
        .MaxBy(m => m.ActiveSince is null ? double.MaxValue : m.Rate);

    private void ReplaceSlowest(TimeSpan now)
    {
        if (BestWaiting() is not { } best || _members.Where(m => m.IsActive && now - m.ActiveSince > Trial).MinBy(m => m.Rate) is not { } slowest)
        {
            return;
        }

        if (best.ActiveSince is null || best.Rate > slowest.Rate * WorthReplacing)
        {
            // What it was asked for it may still bring.
            slowest.IsActive = false;
            Activate(best, now);
            _lastSwap = now;
        }
    }

    private static void Activate(SwarmMember member, TimeSpan now)
    {
        member.IsActive = true;
        member.ActiveSince = now;
    }
}
