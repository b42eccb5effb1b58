using CsCheck;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Who is asked for what, with sources of every kind and a clock that is only a number.</summary>
public sealed class SwarmPlanTests
{
    private const int LotBytes = 1 << 20;

    private static readonly Gen<SimulatedSource.Kind> s_kinds = Gen.Frequency(
        (2, Gen.Int[1, 400].Select(rate => SimulatedSource.Honest(rate * 100_000.0))),
        (2, Gen.Select(Gen.Int[1, 400], Gen.Int[1, 100], (rate, lies) => SimulatedSource.Liar(rate * 100_000.0, lies / 100.0))),
        (1, Gen.Select(Gen.Int[1, 400], Gen.Int[0, 30], (rate, lots) => SimulatedSource.Staller(rate * 100_000.0, lots))),
        (1, Gen.Int[1, 1000].Select(rate => SimulatedSource.Honest(rate))),
        (1, Gen.Select(Gen.Int[1, 400], Gen.Int[0, 30], (rate, lots) => SimulatedSource.Dier(rate * 100_000.0, lots))));

    [Fact]
    public void Any_mix_with_one_honest_source_ends_with_the_whole_file() =>
        Gen.Select(s_kinds.Array[0, 8], Gen.Int[1, 200], Gen.Int[1, 6], Gen.Int, Gen.Int[0, 8])
            .Sample(
                (others, lots, most, seed, place) =>
                {
                    SimulatedSource.Kind honest = SimulatedSource.Honest(10_000_000);
                    SwarmSimulation swarm = new([.. others.Take(place), honest, .. others.Skip(place)], lots, LotBytes, most, seed);

                    swarm.Run(TimeSpan.FromMinutes(20));

                    Assert.True(swarm.Plan.IsComplete, $"{others.Length} others, {lots} lots, at most {most}");
                    Assert.False(swarm.Plan.IsHopeless);
                    Assert.True(swarm.MostActive <= most && swarm.MostAskers <= 2);
                },
                iter: 300);

    [Fact]
    public void Without_an_honest_source_the_plan_gives_up()
    {
        SwarmSimulation swarm = new([SimulatedSource.Liar(1e7, 1), SimulatedSource.Dier(1e7, 3), SimulatedSource.Staller(1e7, 3)], 100, LotBytes, 4, 1);

        swarm.Run(TimeSpan.FromMinutes(5));

        Assert.True(swarm.Plan.IsHopeless);
        Assert.False(swarm.Plan.IsComplete);
    }

    [Fact]
    public void Four_equal_sources_are_nearly_four_times_as_fast_as_one()
    {
        SwarmSimulation one = new([SimulatedSource.Honest(12.5e6)], 512, LotBytes, 4, 1);
        SwarmSimulation four = new([.. Enumerable.Repeat(SimulatedSource.Honest(12.5e6), 4)], 512, LotBytes, 4, 1);

        TimeSpan alone = one.Run(TimeSpan.FromMinutes(5));
        TimeSpan together = four.Run(TimeSpan.FromMinutes(5));

        Assert.True(alone / together > 3.9, $"{alone} and {together}");
        Assert.True(four.Delivered.Sum() < 520L * LotBytes, "hardly anything comes twice");
    }

    [Fact]
    public void The_faster_source_gives_more()
    {
        SwarmSimulation swarm = new([SimulatedSource.Honest(2e6), SimulatedSource.Honest(20e6)], 300, LotBytes, 4, 1);

        TimeSpan took = swarm.Run(TimeSpan.FromMinutes(5));

        Assert.InRange((double)swarm.Delivered[1] / swarm.Delivered[0], 7, 13);
        Assert.True(took < TimeSpan.FromSeconds(300 * LotBytes / 22e6 * 1.1), $"{took}");
    }

    [Fact]
    public void The_last_lots_of_a_slow_source_are_asked_twice_and_the_first_arrival_wins()
    {
        SwarmPlan plan = new(3, LotBytes, 4, _ => false);
        (int slow, int fast) = (plan.Add(default), plan.Add(default));
        Assert.Equal((0, 1), (plan.Next(slow, default), plan.Next(slow, default)));
        Assert.Equal(2, plan.Next(fast, default));
        TimeSpan later = TimeSpan.FromSeconds(1);
        plan.Brought(fast, LotBytes, later);
        Assert.True(plan.Arrived(fast, 2, later));

        Assert.Equal(1, plan.Next(fast, later));
        Assert.True(plan.Arrived(fast, 1, later));
        Assert.Equal(0, plan.Next(fast, later));
        Assert.True(plan.Arrived(fast, 0, later));

        Assert.True(plan.IsComplete);
        Assert.False(plan.Arrived(slow, 0, later));
        Assert.Null(plan.Next(fast, later));
    }

    [Fact]
    public void A_source_with_two_bad_groups_is_dropped_and_its_lots_go_to_others()
    {
        SwarmPlan plan = new(4, LotBytes, 4, _ => false);
        (int liar, int honest) = (plan.Add(default), plan.Add(default));
        Assert.Equal((0, 1), (plan.Next(liar, default), plan.Next(liar, default)));

        Assert.False(plan.Spoilt(liar, 0, default));
        plan.Missed(liar, 0);
        Assert.Equal(2, plan.Next(liar, default));
        Assert.Equal(0, plan.Next(honest, default));
        Assert.True(plan.Spoilt(liar, 1, default));
        plan.Missed(liar, 1);

        Assert.True(plan.IsGone(liar));
        Assert.Null(plan.Next(liar, default));
        Assert.Equal(1, plan.Next(honest, default));
    }

    [Fact]
    public void A_source_that_brings_nothing_is_dropped_and_one_that_waited_takes_its_place()
    {
        SwarmPlan plan = new(4, LotBytes, 1, _ => false);
        (int dead, int waiting) = (plan.Add(default), plan.Add(default));
        Assert.Equal(0, plan.Next(dead, default));
        Assert.False(plan.IsActive(waiting));

        // A drip is no sign of life.
        TimeSpan later = SwarmPlan.Patience + TimeSpan.FromSeconds(1);
        plan.Brought(dead, 1000, later);

        Assert.Equal([dead], plan.Review(later));
        Assert.True(plan.IsActive(waiting));
        Assert.Equal(0, plan.Next(waiting, later));
    }

    [Fact]
    public void A_source_is_not_blamed_for_what_this_side_keeps_waiting()
    {
        SwarmPlan plan = new(4, LotBytes, 1, _ => false);
        int source = plan.Add(default);
        plan.Next(source, default);
        TimeSpan later = SwarmPlan.Patience + TimeSpan.FromSeconds(1);
        plan.Excuse(source, later);

        Assert.Empty(plan.Review(later));
    }

    [Fact]
    public void What_is_there_already_is_not_asked_for()
    {
        SwarmPlan plan = new(5, LotBytes, 4, lot => lot != 3);
        int source = plan.Add(default);

        Assert.Equal((3, null), (plan.Next(source, default), plan.Next(source, default)));
        Assert.True(plan.Arrived(source, 3, default));
        Assert.True(plan.IsComplete);
    }
}
