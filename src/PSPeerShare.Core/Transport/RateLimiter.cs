namespace PSPeerShare.Core.Transport;

/// <summary>
/// A token bucket of bytes a second, shared by as many senders as one likes. Costs one comparison when it is off.
/// Thread safe.
/// </summary>
internal sealed class RateLimiter
{
    // What may go out at once after a pause; small, so that a limit of a few KiB/s is smooth.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private long _bytesPerSecond;
    private long _freeAt;

    /// <param name="bytesPerSecond">The limit, or null for none.</param>
    /// <param name="clock">Measures the time.</param>
    public RateLimiter(long? bytesPerSecond, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _freeAt = _clock.GetTimestamp();
        BytesPerSecond = bytesPerSecond;
    }

    /// <summary>May be changed at any time; null for no limit.</summary>
    public long? BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond) is > 0 and long limit ? limit : null;
        set
        {
            if (value is <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "a rate is positive");
            }
            Volatile.Write(ref _bytesPerSecond, value ?? 0);
        }
    }

    /// <summary>Completes when so many bytes may go out. Who gives up waiting has used nothing of the limit.</summary>
    public ValueTask WaitAsync(int bytes, CancellationToken cancellationToken = default)
    {
        TimeSpan delay = Reserve(bytes, out long cost);
        return delay <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(DelayAsync(delay, cost, cancellationToken));
    }

    /// <summary>Completes when so many bytes may go out by all of the limits. Who gives up has used none of them.</summary>
    public static Task WaitForAllAsync(IReadOnlyList<RateLimiter> limits, int bytes, CancellationToken cancellationToken)
    {
        foreach (RateLimiter limit in limits)
        {
            if (limit.BytesPerSecond is not null)
            {
                return WaitForEachAsync(limits, bytes, cancellationToken);
            }
        }

        return Task.CompletedTask;
    }

    private static async Task WaitForEachAsync(IReadOnlyList<RateLimiter> limits, int bytes, CancellationToken cancellationToken)
    {
        long[] costs = new long[limits.Count];
        try
        {
            for (int i = 0; i < costs.Length; i++)
            {
                TimeSpan delay = limits[i].Reserve(bytes, out costs[i]);
                if (delay > TimeSpan.Zero)
                {
                    await Task.Delay(delay, limits[i]._clock, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            for (int i = 0; i < costs.Length; i++)
            {
                limits[i].GiveBack(costs[i]);
            }

            throw;
        }
    }

    private async Task DelayAsync(TimeSpan delay, long cost, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveBack(cost);
            throw;
        }
    }

    // Who waits behind it keeps waiting as long as it was told; whoever comes next profits.
    private void GiveBack(long cost)
    {
        lock (_gate)
        {
            _freeAt -= cost;
        }
    }

    private TimeSpan Reserve(int bytes, out long cost)
    {
        long rate = Volatile.Read(ref _bytesPerSecond);
        cost = 0;
        if (rate == 0)
        {
            return TimeSpan.Zero;
        }

        long ticksPerSecond = _clock.TimestampFrequency;
        lock (_gate)
        {
            long now = _clock.GetTimestamp();
            long earliest = now - (long)(Burst.TotalSeconds * ticksPerSecond);
            cost = (long)((double)bytes / rate * ticksPerSecond);
            _freeAt = Math.Max(_freeAt, earliest) + cost;
            return TimeSpan.FromSeconds((double)(_freeAt - now) / ticksPerSecond);
        }
    }
}
