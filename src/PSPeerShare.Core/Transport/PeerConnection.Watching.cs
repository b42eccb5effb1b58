using System.Collections.Concurrent;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

// Deadlines and pings. The threads block in the kernel; a timer looks at when they last moved.
internal sealed partial class PeerConnection
{
    private readonly ConcurrentDictionary<ulong, PendingPing> _pings = new();
    private readonly SemaphoreSlim _pinging = new(Limits.UnansweredPings / 2);
    private long _lastKeepAlive;
    private long _progressSince;
    private long _progressBytes;
    private long _roundTripTicks;
    private long _shortestTicks;
    private ulong _nextPing;

    /// <summary>What the last answered ping took; zero before there was one.</summary>
    public TimeSpan LastRoundTrip => TimeSpan.FromTicks(Volatile.Read(ref _roundTripTicks));

    /// <summary>The shortest round trip so far: the distance, without what waited on the way.</summary>
    public TimeSpan RoundTrip => TimeSpan.FromTicks(Volatile.Read(ref _shortestTicks));

    /// <summary>How long nothing has arrived.</summary>
    public TimeSpan IdleFor => _options.Clock.GetElapsedTime(Volatile.Read(ref _lastReceived));

    /// <summary>How long the write under way has not moved.</summary>
    public TimeSpan BlockedFor => _channel.Gather.BlockedFor;

    /// <summary>Asks the other side for a sign of life.</summary>
    /// <returns>The time it took.</returns>
    public async Task<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        await _pinging.WaitAsync(cancellationToken).ConfigureAwait(false);
        // Held until the answer is there, also when the caller stops waiting: the other side counts what it still owes.
        Task<TimeSpan> answer = SendPing().Answer.Task;
        _ = answer.ContinueWith(_ => _pinging.Release(), TaskScheduler.Default);
        return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private PendingPing SendPing()
    {
        var ping = new PendingPing(_options.Clock.GetTimestamp());
        ulong value = Interlocked.Increment(ref _nextPing);
        _pings[value] = ping;
        EnqueueOwn(FrameType.Ping, 0, new Ping { Value = value });
        if (_end is { } end)
        {
            ping.Answer.TrySetException(end.ToException(Target));
        }
        return ping;
    }

    private void PongArrived(ulong value)
    {
        if (!_pings.TryRemove(value, out PendingPing? ping))
        {
            throw new ProtocolFaultException(CloseReason.UnexpectedFrame, $"PONG {value} answers no PING");
        }
        TimeSpan took = _options.Clock.GetElapsedTime(ping.Sent);
        Volatile.Write(ref _roundTripTicks, took.Ticks);
        Volatile.Write(ref _shortestTicks, Math.Min(_shortestTicks, took.Ticks));
        ping.Answer.TrySetResult(took);
    }

    private void FailPings(Exception why)
    {
        foreach (PendingPing ping in _pings.Values)
        {
            ping.Answer.TrySetException(why);
        }
    }

    /// <summary>Ends what has stalled and pings who is silent; called once a second, one call at a time.</summary>
    internal void Watch()
    {
        TimeSpan idle = IdleFor;
        if (_end is not null)
        {
            _options.Watch.Remove(this);
        }
        else if (BlockedFor >= Limits.WriteStall)
        {
            Shutdown(CloseReason.WriteStalled, $"nothing could be sent for {Limits.WriteStall.TotalSeconds:0} s");
        }
        else if (IsReadStalled())
        {
            Shutdown(CloseReason.ReadStalled, $"a frame does not come to its end for {Limits.WriteStall.TotalSeconds:0} s");
        }
        else if (idle >= Limits.Dead && !(_isReaderResting && _channel.HasBytes))
        {
            Shutdown(CloseReason.Dead, $"nothing heard for {idle.TotalSeconds:0} s");
        }
        else if (_channel.Kind == SessionKind.Pair && Age >= Limits.PairLifetime)
        {
            Shutdown(CloseReason.PairTimeOver);
        }
        else if (idle >= Limits.IdlePing && _options.Clock.GetElapsedTime(_lastKeepAlive) >= Limits.IdlePing)
        {
            _lastKeepAlive = _options.Clock.GetTimestamp();
            _ = SendPing();
        }
    }

    // Only a frame that has begun can stall; a stream that waits for its turn cannot.
    private bool IsReadStalled()
    {
        TimeSpan watched = _options.Clock.GetElapsedTime(_progressSince);
        long received = BytesReceived - _progressBytes;
        bool hasMoved = received >= Limits.ProgressBytesPerSecond * (long)Limits.WriteStall.TotalSeconds;
        if (hasMoved || !_reader.IsInsideFrame || _progressSince == 0)
        {
            _progressSince = _options.Clock.GetTimestamp();
            _progressBytes = BytesReceived;
            return false;
        }
        return watched >= Limits.WriteStall;
    }

    private sealed class PendingPing(long sent)
    {
        public long Sent => sent;

        public TaskCompletionSource<TimeSpan> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
