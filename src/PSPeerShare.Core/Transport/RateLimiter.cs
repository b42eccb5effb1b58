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

    /// <summary>Completes when so many bytes may go out.</summary>
    public ValueTask WaitAsync(int bytes, CancellationToken cancellationToken = default)
    {
        long rate = Volatile.Read(ref _bytesPerSecond);
        if (rate == 0)
        {
            return ValueTask.CompletedTask;
        }
        TimeSpan delay = Reserve(bytes, rate);
        return delay <= TimeSpan.Zero
            ? ValueTask.CompletedTask
            : new ValueTask(Task.Delay(delay, _clock, cancellationToken));
    }

    private TimeSpan Reserve(int bytes, long rate)
    {
        long ticksPerSecond = _clock.TimestampFrequency;
        lock (_gate)
        {
            long now = _clock.GetTimestamp();
            long earliest = now - (long)(Burst.TotalSeconds * ticksPerSecond);
            _freeAt = Math.Max(_freeAt, earliest) + (long)((double)bytes / rate * ticksPerSecond);
            return TimeSpan.FromSeconds((double)(_freeAt - now) / ticksPerSecond);
        }
    }
}
