using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

/// <summary>T2: one attempt a code.</summary>
public sealed class PairingDeskTests
{
    private readonly ManualClock _clock = new();
    private readonly PairingDesk _desk;

    public PairingDeskTests() => _desk = new PairingDesk(_clock);

    [Fact]
    public void Of_a_hundred_who_race_for_a_code_one_gets_the_attempt()
    {
        OpenCode code = Open();
        int winners = 0;

        Parallel.For(0, 100, i => Interlocked.Add(ref winners, _desk.TryTake(code, Node(i)) ? 1 : 0));

        Assert.Equal(1, winners);
        Assert.False(_desk.IsOpen(PairingPurpose.Trust));
        Assert.Null(_desk.Begin(PairingPurpose.Trust, Node(200)));
    }

    [Fact]
    public void An_attempt_that_failed_burns_the_code_for_everybody()
    {
        OpenCode code = Open();
        Assert.True(_desk.TryTake(code, Node(1)));

        Assert.True(_desk.Burn(code));

        Assert.Null(_desk.Begin(PairingPurpose.Trust, Node(1)));
        Assert.False(_desk.TryTake(code, Node(1)));
        Assert.False(_desk.IsAwaiting(PairingPurpose.Trust));
    }

    [Fact]
    public void While_an_attempt_is_under_way_the_same_node_gets_no_second_one()
    {
        OpenCode code = Open();
        Assert.True(_desk.TryTake(code, Node(1)));

        Assert.Null(_desk.Begin(PairingPurpose.Trust, Node(1)));
        Assert.False(_desk.TryTake(code, Node(1)));
    }

    [Fact]
    public void Who_has_proved_the_code_may_come_again_and_nobody_else()
    {
        OpenCode code = Open();
        Assert.True(_desk.TryTake(code, Node(1)));
        Assert.True(_desk.Prove(code));

        Assert.False(_desk.Burn(code));
        Assert.False(_desk.IsOpen(PairingPurpose.Trust));
        Assert.True(_desk.IsAwaiting(PairingPurpose.Trust));
        Assert.Same(code, _desk.Begin(PairingPurpose.Trust, Node(1)));
        Assert.True(_desk.TryTake(code, Node(1)));
        Assert.False(_desk.Prove(code));
        Assert.Null(_desk.Begin(PairingPurpose.Trust, Node(2)));
        Assert.False(_desk.TryTake(code, Node(2)));
    }

    [Fact]
    public void After_ten_minutes_a_code_is_gone_also_for_who_has_used_it()
    {
        OpenCode code = Open();
        _clock.Advance(Limits.PairingCodeLife - TimeSpan.FromSeconds(1));
        Assert.NotNull(_desk.Begin(PairingPurpose.Trust, Node(1)));
        Assert.True(_desk.TryTake(code, Node(1)));
        _desk.Prove(code);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(_desk.Begin(PairingPurpose.Trust, Node(1)));
        Assert.False(_desk.TryTake(code, Node(1)));
        Assert.False(_desk.IsAwaiting(PairingPurpose.Trust));
    }

    [Fact]
    public void A_new_code_ends_the_one_before_and_its_attempts()
    {
        OpenCode old = Open();
        OpenCode fresh = Open();

        Assert.False(_desk.TryTake(old, Node(1)));
        Assert.False(_desk.Burn(old));
        Assert.Same(fresh, _desk.Begin(PairingPurpose.Trust, Node(1)));
    }

    [Fact]
    public void A_code_is_for_one_purpose()
    {
        OpenCode code = Open();

        Assert.Null(_desk.Begin(PairingPurpose.HandOver, Node(1)));
        Assert.False(_desk.IsOpen(PairingPurpose.HandOver));
        Assert.True(_desk.Close(code.Id));
        Assert.False(_desk.Close(code.Id));
        Assert.Null(_desk.Begin(PairingPurpose.Trust, Node(1)));
    }

    [Fact]
    public void Strangers_cannot_make_a_node_calculate_without_end()
    {
        Open();
        for (int i = 0; i < Limits.PairingStarts; i++)
        {
            Assert.NotNull(_desk.Begin(PairingPurpose.Trust, Node(i)));
        }

        PeerShareException busy = Assert.Throws<PeerShareException>(() => _desk.Begin(PairingPurpose.Trust, Node(99)));
        Assert.Equal(PeerError.PeerBusy, busy.Error);
        _clock.Advance(Limits.PairingStartInterval);
        Assert.NotNull(_desk.Begin(PairingPurpose.Trust, Node(99)));
    }

    private OpenCode Open() => _desk.Open(new PairingOffer(PairingPurpose.Trust, PeerRights.Browse, (_, _, _, _) => { }));

    private static NodeId Node(int number) => TrustFixture.Node((byte)(number + 1));
}
