using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Tests.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

public sealed class RequestPaceTests
{
    private static readonly NodeId s_self = TrustFixture.Node(1);
    private readonly ManualClock _clock = new();

    [Fact]
    public void Who_asks_too_fast_waits_and_nobody_else_does()
    {
        RequestPace pace = new(s_self, _clock);
        Ask(pace, TrustFixture.Node(2), 1);
        Ask(pace, TrustFixture.Node(3), 1);
        _clock.Advance(TimeSpan.FromSeconds(10));

        int answered = Ask(pace, TrustFixture.Node(2), 10 * Limits.RequestsPerSecond);

        Assert.InRange(answered, 1, Limits.RequestsPerSecond);
        Assert.Equal(1, Ask(pace, TrustFixture.Node(3), 1));
        Assert.Equal(1000, Ask(pace, s_self, 1000));
    }

    [Fact]
    public void After_a_pause_requests_are_answered_again()
    {
        RequestPace pace = new(s_self, _clock);
        Ask(pace, TrustFixture.Node(2), Limits.RequestsPerSecond);

        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, Ask(pace, TrustFixture.Node(2), 1));
    }

    private static int Ask(RequestPace pace, NodeId peer, int requests) =>
        Enumerable.Range(0, requests).Count(_ => pace.WaitAsync(peer, CancellationToken.None).IsCompletedSuccessfully);
}
