using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>A cancellation that knows why: its time is up, someone expired it, or everything stops. Counts from its making.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _stop;
    private readonly Lock _gate = new();
    private CloseReason _reason;
    private bool _isExpired;

    public Deadline(TimeSpan time, CloseReason reason, TimeProvider clock, CancellationToken stop)
    {
        _clock = clock;
        _started = clock.GetTimestamp();
        _reason = reason;
        _stop = stop;
        _source = new CancellationTokenSource(time, clock);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_source.Token, stop);
    }

    public CancellationToken Token => _linked.Token;

    public CloseReason Reason
    {
        get
        {
            lock (_gate)
            {
                return _stop.IsCancellationRequested && !_source.IsCancellationRequested ? CloseReason.ShuttingDown : _reason;
            }
        }
    }

    /// <summary>The time from the start on is so long now, and another reason applies.</summary>
    public void Extend(TimeSpan time, CloseReason reason)
    {
        lock (_gate)
        {
            if (_isExpired || _source.IsCancellationRequested)
            {
                return;
            }
            _reason = reason;
            TimeSpan left = time - _clock.GetElapsedTime(_started);
            _source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    /// <summary>At once, for that reason.</summary>
    public void Expire(CloseReason reason)
    {
        lock (_gate)
        {
            if (_isExpired || _source.IsCancellationRequested)
            {
                return;
            }
            _isExpired = true;
            _reason = reason;
        }
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // What it watched over is finished.
        }
    }

    public void Dispose()
    {
        _linked.Dispose();
        _source.Dispose();
    }
}
