using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Diagnostics;

public sealed class RefusalTallyTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly List<(string Operation, string Peer, long Count)> _sums = [];
    private readonly RefusalTally _tally;

    public RefusalTallyTests() => _tally = new RefusalTally(_clock, (operation, peer, count) => _sums.Add((operation, peer, count)));

    public void Dispose() => _tally.Dispose();

    [Fact]
    public void The_first_of_a_minute_are_written_and_the_others_are_summed_up()
    {
        int written = Enumerable.Range(0, 1000).Count(_ => _tally.Take("fetch", "evil"));

        Assert.Equal(RefusalTally.InFull, written);
        Assert.Empty(_sums);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([("fetch", "evil", 1000 - RefusalTally.InFull)], _sums);
        Assert.True(_tally.Take("fetch", "evil"));
    }

    [Fact]
    public void A_few_are_not_summed_up()
    {
        Assert.True(_tally.Take("fetch", "clumsy"));

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Empty(_sums);
    }

    [Fact]
    public void One_peer_does_not_hide_the_refusals_of_another()
    {
        for (int i = 0; i < 100; i++)
        {
            _tally.Take("fetch", "evil");
        }

        Assert.True(_tally.Take("fetch", "other"));
        Assert.True(_tally.Take("push", "evil"));
    }

    [Fact]
    public void What_was_not_written_yet_is_written_at_the_end()
    {
        for (int i = 0; i < RefusalTally.InFull + 3; i++)
        {
            _tally.Take("fetch", "evil");
        }

        _tally.Dispose();

        Assert.Equal([("fetch", "evil", 3L)], _sums);
    }

    [Fact]
    public void However_many_peers_there_are_the_memory_is_bounded_and_nothing_is_lost()
    {
        for (int i = 0; i < RefusalTally.Peers + 100; i++)
        {
            _tally.Take("fetch", $"peer {i}");
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([("fetch", "others", 100 - RefusalTally.InFull)], _sums);
    }
}
