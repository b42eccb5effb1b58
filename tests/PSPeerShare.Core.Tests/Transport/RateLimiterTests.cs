using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class RateLimiterTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Without_a_limit_nothing_waits()
    {
        var limiter = new RateLimiter(null, _clock);

        Assert.True(limiter.WaitAsync(int.MaxValue).IsCompletedSuccessfully);
        Assert.True(limiter.WaitAsync(int.MaxValue).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Over_a_minute_as_many_bytes_go_out_as_the_limit_says()
    {
        var limiter = new RateLimiter(1000, _clock);
        int sent = 0;
        ValueTask waiting = limiter.WaitAsync(100);
        for (int i = 0; i < 6000; i++)
        {
            while (waiting.IsCompleted)
            {
                await waiting;
                sent += 100;
                waiting = limiter.WaitAsync(100);
            }
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.InRange(sent, 59_000, 60_300);
    }

    [Fact]
    public async Task Senders_share_the_limit()
    {
        var limiter = new RateLimiter(1000, _clock);
        ValueTask first = limiter.WaitAsync(1000);
        ValueTask second = limiter.WaitAsync(1000);

        _clock.Advance(TimeSpan.FromMilliseconds(1000));
        await first.Within();
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1000));
        await second.Within();
    }

    [Fact]
    public void A_pause_saves_up_a_tenth_of_a_second_and_no_more()
    {
        var limiter = new RateLimiter(1000, _clock);
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.True(limiter.WaitAsync(100).IsCompleted);
        Assert.False(limiter.WaitAsync(100).IsCompleted);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        var limiter = new RateLimiter(1, _clock);
        using var cancel = new CancellationTokenSource();
        ValueTask waiting = limiter.WaitAsync(1000, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
    }

    [Fact]
    public async Task Who_gives_up_waiting_gives_its_share_back()
    {
        var limiter = new RateLimiter(1000, _clock);
        for (int i = 0; i < 1000; i++)
        {
            using var cancel = new CancellationTokenSource();
            ValueTask waiting = limiter.WaitAsync(1000, cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        }

        ValueTask next = limiter.WaitAsync(1000);
        _clock.Advance(TimeSpan.FromMilliseconds(1100));
        await next.Within();
    }

    [Fact]
    public async Task A_share_that_is_given_back_lets_nobody_exceed_the_limit()
    {
        var limiter = new RateLimiter(1000, _clock);
        using var cancel = new CancellationTokenSource();
        ValueTask first = limiter.WaitAsync(1000);
        ValueTask second = limiter.WaitAsync(1000, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Within());
        ValueTask third = limiter.WaitAsync(1000);

        _clock.Advance(TimeSpan.FromMilliseconds(1000));
        await first.Within();
        Assert.False(third.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1000));
        await third.Within();
    }

    [Fact]
    public async Task Who_waits_at_a_second_limit_and_gives_up_has_used_neither()
    {
        var shared = new RateLimiter(1000, _clock);
        var own = new RateLimiter(1, _clock);
        for (int i = 0; i < 100; i++)
        {
            using var cancel = new CancellationTokenSource();
            Task waiting = RateLimiter.WaitForAllAsync([shared, own], 50, cancel.Token);
            Assert.False(waiting.IsCompleted);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        }

        ValueTask next = shared.WaitAsync(1000);
        _clock.Advance(TimeSpan.FromMilliseconds(1100));
        await next.Within();
    }

    [Fact]
    public void A_rate_is_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateLimiter(0, _clock));
        var limiter = new RateLimiter(5, _clock);
        limiter.BytesPerSecond = null;
        Assert.Null(limiter.BytesPerSecond);
        Assert.True(limiter.WaitAsync(1_000_000).IsCompleted);
    }
}
