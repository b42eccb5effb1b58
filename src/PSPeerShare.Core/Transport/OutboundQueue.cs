using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// What waits for the writer thread: an interactive lane that always goes first, and a bulk lane. Each is bounded;
/// senders reserve room before they enqueue and wait without a thread. Thread safe.
/// </summary>
/// <remarks>
/// Opening frames, Credit, Error and the connection's own frames go by the interactive lane without a reservation: each
/// is small, and each is paid for by bytes that the other side sent or by one of a bounded number of streams.
/// </remarks>
internal sealed class OutboundQueue
{
    // Monitor, not Lock: the writer thread waits on it.
    private readonly object _gate = new();
    private readonly OutboundLane _interactive = new(Limits.OutboundInteractiveBytes);
    private readonly OutboundLane _bulk = new(Limits.OutboundBulkBytes);
    private readonly Action _startWriter;
    private Exception? _closed;
    private bool _isWriterWaiting;
    private bool _isWriterAway;

    /// <param name="startWriter">Called when there is something to write and the writer has left.</param>
    public OutboundQueue(Action? startWriter = null) => _startWriter = startWriter ?? (static () => { });

    /// <summary>Whether the writer has left for as long as there is nothing to write.</summary>
    public bool IsWriterAway
    {
        get
        {
            lock (_gate)
            {
                return _isWriterAway;
            }
        }
    }

    /// <summary>Room for so many bytes; completes at once when there is some.</summary>
    public ValueTask ReserveAsync(bool isBulk, int bytes, CancellationToken cancellationToken)
    {
        OutboundLane.RoomWaiter waiter;
        lock (_gate)
        {
            ThrowIfClosed();
            OutboundLane lane = Lane(isBulk);
            if (lane.TryReserve(bytes))
            {
                return ValueTask.CompletedTask;
            }
            waiter = lane.Wait(bytes);
        }
        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>False: the connection is closing, and the frame was dropped.</summary>
    public bool Enqueue(bool isBulk, in OutboundFrame frame)
    {
        lock (_gate)
        {
            if (_closed is null)
            {
                Lane(isBulk).Enqueue(frame);
                WakeWriter();
                return true;
            }
        }

        // The writer may be busy with an earlier piece of the same buffer.
        frame.Abandon();
        return false;
    }

    /// <summary>Numbers and enqueues in one step, so that ids go out in ascending order.</summary>
    public void EnqueueOpening(Func<OutboundFrame> number)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            _interactive.Enqueue(number());
            WakeWriter();
        }
    }

    /// <summary>The next frame in the order of the lanes, without waiting.</summary>
    public bool TryDequeue(out OutboundFrame frame)
    {
        lock (_gate)
        {
            if (_interactive.TryDequeue(out frame))
            {
                _interactive.Release(frame.ReservedBytes);
                return true;
            }
            if (_bulk.TryDequeue(out frame))
            {
                _bulk.Release(frame.ReservedBytes);
                return true;
            }
            return false;
        }
    }

    /// <summary>
    /// Blocks the writer thread until there is a frame, or for so long. Where there is none it leaves: for good, or until
    /// it is started again.
    /// </summary>
    public OutboundWait WaitForFrame(TimeSpan patience)
    {
        lock (_gate)
        {
            while (_interactive.Count == 0 && _bulk.Count == 0)
            {
                if (_closed is not null)
                {
                    return OutboundWait.Closed;
                }
                if (_isWriterAway)
                {
                    return OutboundWait.Quiet;
                }
                _isWriterWaiting = true;
                _isWriterAway = !Monitor.Wait(_gate, patience);
                _isWriterWaiting = false;
            }
            _isWriterAway = false;
            return OutboundWait.Frame;
        }
    }

    /// <summary>Drops everything that waits, lets one last frame through and refuses all others.</summary>
    public void Close(in OutboundFrame? last, Exception why)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                last?.Release();
                return;
            }
            _closed = why;
            _interactive.Clear(why);
            _bulk.Clear(why);
            if (last is { } frame)
            {
                _interactive.Enqueue(frame);
            }
            WakeWriter();
        }
    }

    private static async Task WaitAsync(OutboundLane.RoomWaiter waiter, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(
            static (state, token) => ((OutboundLane.RoomWaiter)state!).TrySetCanceled(token), waiter))
        {
            await waiter.Task.ConfigureAwait(false);
        }
    }

    private OutboundLane Lane(bool isBulk) => isBulk ? _bulk : _interactive;

    private void WakeWriter()
    {
        if (_isWriterWaiting)
        {
            Monitor.Pulse(_gate);
        }
        else if (_isWriterAway)
        {
            _isWriterAway = false;
            _startWriter();
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed is { } why)
        {
            throw why;
        }
    }
}
