using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Plays sources against a plan, in steps of a clock that does not wait.</summary>
internal sealed class SwarmSimulation
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_review = TimeSpan.FromSeconds(1);

    private readonly SimulatedSource[] _sources;
    private readonly int _lotBytes;
    private readonly Random _random;

    public SwarmSimulation(SimulatedSource.Kind[] kinds, int lots, int lotBytes, int most, int seed)
    {
        Plan = new SwarmPlan(lots, lotBytes, most, _ => false);
        _sources = [.. kinds.Select(kind => new SimulatedSource(Plan.Add(TimeSpan.Zero), kind))];
        _lotBytes = lotBytes;
        _random = new Random(seed);
        Delivered = new long[kinds.Length];
    }

    public SwarmPlan Plan { get; }

    public int MostActive { get; private set; }

    public int MostAskers { get; private set; }

    /// <summary>Bytes that each source brought, wanted or not.</summary>
    public long[] Delivered { get; }

    /// <summary>Until the file is whole, nobody is left or the time is over; the time that it took.</summary>
    public TimeSpan Run(TimeSpan longest)
    {
        TimeSpan now = TimeSpan.Zero;
        TimeSpan reviewed = now;
        while (!Plan.IsComplete && !Plan.IsHopeless && now < longest)
        {
            foreach (SimulatedSource source in _sources)
            {
                Ask(source, now);
            }

            now += s_step;
            foreach (SimulatedSource source in _sources)
            {
                Bring(source, now);
            }

            if (now - reviewed >= s_review)
            {
                reviewed = now;
                Plan.Review(now);
            }

            MostActive = Math.Max(MostActive, _sources.Count(source => Plan.IsActive(source.Id)));
            var askers = _sources.Where(source => !Plan.IsGone(source.Id)).SelectMany(source => source.Asked).GroupBy(lot => lot);
            MostAskers = Math.Max(MostAskers, askers.Select(group => group.Count()).DefaultIfEmpty().Max());
        }

        return now;
    }

    private void Ask(SimulatedSource source, TimeSpan now)
    {
        while (Plan.Next(source.Id, now) is { } lot)
        {
            Assert.False(Plan.IsDone(lot));
            source.Asked.Enqueue(lot);
        }
    }

    private void Bring(SimulatedSource source, TimeSpan now)
    {
        double budget = source.Is.Rate * s_step.TotalSeconds;
        while (budget > 0 && source.Asked.TryPeek(out int lot) && !Plan.IsGone(source.Id))
        {
            if (source.Lots >= source.Is.EndsAfter)
            {
                if (source.Is.Dies)
                {
                    Plan.Drop(source.Id, now);
                }

                return;
            }

            double bytes = Math.Min(budget, _lotBytes - source.Come);
            budget -= bytes;
            source.Come += bytes;
            Delivered[source.Id] += (long)bytes;
            Plan.Brought(source.Id, (int)bytes, now);
            if (source.Come >= _lotBytes)
            {
                source.Come = 0;
                source.Lots++;
                source.Asked.Dequeue();
                End(source, lot, now);
            }
        }
    }

    private void End(SimulatedSource source, int lot, TimeSpan now)
    {
        if (_random.NextDouble() < source.Is.Lies)
        {
            Plan.Spoilt(source.Id, lot, now);
            Plan.Missed(source.Id, lot);
        }
        else
        {
            Plan.Arrived(source.Id, lot, now);
        }
    }
}
