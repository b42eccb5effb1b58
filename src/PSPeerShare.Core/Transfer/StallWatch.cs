using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Reads a stream and sees to it that what the other side owes arrives at more than a drip (D2). While it has no credit,
/// or nothing is owed, it may be silent for ever.
/// </summary>
/// <remarks>
/// Time that passes in waiting is taken from a patience of <see cref="Limits.WriteStall"/>; each byte gives some back,
/// so that <see cref="Limits.ProgressBytesPerSecond"/> keeps it from running out. One reader. One timer looks now and
/// then for the whole life of the stream: a frame of many that come one by one pays for none.
/// </remarks>
internal sealed class StallWatch : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly PeerStream _stream;
    private readonly Func<bool> _isOwed;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stalled = new();
    private readonly ITimer _timer;
    private TimeSpan _patience = Limits.WriteStall;
    private long? _waitsSince;

    public StallWatch(PeerStream stream, Func<bool> isOwed)
    {
        _stream = stream;
        _isOwed = isOwed;
        _clock = stream.Connection.Clock;
        _timer = _clock.CreateTimer(static watch => ((StallWatch)watch!).LookNow(), this, Look, Look);
    }

    /// <summary>The next frame, or null when the other side has finished.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferStalled"/>.</exception>
    public ValueTask<InboundFrame?> ReceiveAsync(CancellationToken cancellationToken)
    {
        ValueTask<InboundFrame?> arriving = _stream.ReceiveAsync(cancellationToken);
        return arriving.IsCompleted ? arriving : new ValueTask<InboundFrame?>(WaitAsync(arriving.AsTask()));
    }

    /// <summary>So many bytes of what is owed have come.</summary>
    public void Arrived(int bytes) => GiveBack(TimeSpan.FromSeconds((double)bytes / Limits.ProgressBytesPerSecond));

    /// <summary>One of the things that are owed has come to its end.</summary>
    public void Ended() => GiveBack(Limits.WriteStall);

    public void Dispose()
    {
        _timer.Dispose();
        _stalled.Dispose();
    }

    private async Task<InboundFrame?> WaitAsync(Task<InboundFrame?> arrival)
    {
        lock (_gate)
        {
            _waitsSince = _clock.GetTimestamp();
        }

        try
        {
            return await arrival.WaitAsync(_stalled.Token);
        }
        catch (OperationCanceledException) when (_stalled.IsCancellationRequested)
        {
            throw new PeerShareException(
                PeerError.TransferStalled,
                _stream.Connection.Target,
                $"less than {Limits.ProgressBytesPerSecond} bytes a second for {Limits.WriteStall.TotalSeconds:0} s");
        }
        finally
        {
            lock (_gate)
            {
                Spend();
                _waitsSince = null;
            }
        }
    }

    private void LookNow()
    {
        bool isStalled;
        lock (_gate)
        {
            Spend();
            isStalled = _waitsSince is not null && _patience < TimeSpan.Zero;
        }

        if (isStalled)
        {
            try
            {
                _stalled.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The stream ended while the timer fired.
            }
        }
    }

    private void GiveBack(TimeSpan time)
    {
        lock (_gate)
        {
            TimeSpan patience = _patience + time;
            _patience = patience < Limits.WriteStall ? patience : Limits.WriteStall;
        }
    }

    private void Spend()
    {
        if (_waitsSince is not { } since)
        {
            return;
        }

        long now = _clock.GetTimestamp();
        _waitsSince = now;
        if (!_isOwed())
        {
            _patience = Limits.WriteStall;
        }
        else if (_stream.HasGrantedCredit)
        {
            _patience -= _clock.GetElapsedTime(since, now);
        }
    }
}
