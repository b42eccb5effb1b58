using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

// Ending: one reason, first come; GOING_AWAY and the end of the bytes where the transport still works, then the socket.
internal sealed partial class PeerConnection
{
    private readonly TaskCompletionSource<ConnectionEnd> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _ending = new();
    private volatile EndBox? _endBox;
    private volatile bool _isGoingAway;
    private volatile bool _isRemoteGoingAway;
    private volatile bool _isAborted;
    private volatile GoingAway? _remoteFarewell;
    private ITimer? _linger;
    private int _handlers;
    private int _halvesEnded;

    private ConnectionEnd? _end => _endBox?.End;

    /// <summary>Ends the connection at once; open streams fail. Only the first reason counts.</summary>
    /// <param name="reason">Why; the other side is told.</param>
    /// <param name="detail">Text for logs and for the other side; nothing secret.</param>
    public void Shutdown(CloseReason reason, string? detail = null) => EndWith(reason, detail, isByRemote: false);

    /// <summary>
    /// Ends the connection and its socket without waiting for the other side to take leave: whoever makes room for
    /// another must not keep it for seconds.
    /// </summary>
    public void Evict()
    {
        Shutdown(CloseReason.Evicted);
        _isAborted = true;
        _channel.Abort();
    }

    /// <summary>
    /// Says goodbye, lets what is running finish, then ends. Neither side opens new streams meanwhile. When the token
    /// is cancelled, the connection ends with what is still running.
    /// </summary>
    public async Task GoAwayAsync(CloseReason reason, CancellationToken cancellationToken)
    {
        _isGoingAway = true;
        EnqueueOwn(FrameType.GoingAway, 0, new GoingAway { Reason = (uint)reason });
        NoteIdle();
        try
        {
            await Task.WhenAny(_idle.Task, Closed).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time is up; ending it is what follows anyway.
        }
        Shutdown(reason);
        await Closed.ConfigureAwait(false);
    }

    private void EndWith(CloseReason reason, string? detail, bool isByRemote)
    {
        var end = new ConnectionEnd(reason, isByRemote, detail is null ? null : Printable.Escape(detail, Limits.DetailBytes));
        lock (_ending)
        {
            if (_endBox is not null)
            {
                return;
            }
            _endBox = new EndBox(end);
        }
        bool isTransportGone = reason is >= CloseReason.Cut and < CloseReason.TlsFailed;
        Exception why = end.ToException(Target);
        _outbound.Close(isTransportGone || isByRemote ? null : Farewell(end), why);
        foreach (PeerStream stream in _streams.Values)
        {
            stream.Abandon(why, dropReceived: !isByRemote && !isTransportGone);
        }
        FailPings(why);
        Log(end);
        _ = _lifetime.CancelAsync();
        _options.Watch.Remove(this);
        if (isTransportGone)
        {
            _isAborted = true;
            _channel.Abort();
        }
        else
        {
            _linger = _options.Clock.CreateTimer(_ => _channel.Abort(), null, Limits.CloseLinger, Timeout.InfiniteTimeSpan);
        }
    }

    private static OutboundFrame Farewell(ConnectionEnd end)
    {
        string detail = end.Detail ?? "";
        var message = new GoingAway { Reason = (uint)end.Reason, Detail = detail.Length > 200 ? detail[..200] : detail };
        PooledBuffer payload = FrameWriter.Encode(FrameType.GoingAway, message);
        return new OutboundFrame(new FrameHeader(payload.Length, FrameType.GoingAway, FrameFlags.None, 0), payload);
    }

    private void RemoteGoesAway(GoingAway message)
    {
        _remoteFarewell = message;
        _isRemoteGoingAway = true;
        var reason = (CloseReason)message.Reason;
        if (reason is not (CloseReason.Normal or CloseReason.ShuttingDown))
        {
            EndWith(reason, message.Detail, isByRemote: true);
        }
    }

    // An end that nobody announced is a cut, with or without a close_notify before it: TCP and SslStream show no difference.
    private void EndOfStream() => TransportEnded("the other side vanished without a goodbye", isByRemote: true);

    // Whatever breaks after the other side has taken leave: it said before why it goes, and need not hear the rest.
    private void TransportEnded(string how, bool isByRemote)
    {
        if (_remoteFarewell is { } farewell)
        {
            EndWith((CloseReason)farewell.Reason, farewell.Detail, isByRemote: true);
        }
        else
        {
            EndWith(CloseReason.Cut, how, isByRemote);
        }
    }

    private void NoteIdle()
    {
        if (_isGoingAway && _streams.IsEmpty && Volatile.Read(ref _handlers) == 0)
        {
            _idle.TrySetResult();
        }
    }

    // The reader's half or the writer's.
    private void HalfEnded()
    {
        if (Interlocked.Increment(ref _halvesEnded) < 2)
        {
            return;
        }
        _linger?.Dispose();
        _channel.Abort();
        _channel.Dispose();
        _reader.Dispose();
        _options.Counters.ConnectionClosed();
        _closed.TrySetResult(_end ?? new ConnectionEnd(CloseReason.Normal, false, null));
    }

    private void ThrowIfNotUsable()
    {
        if (_end is { } end)
        {
            throw end.ToException(Target);
        }
        if (!IsUsable)
        {
            throw new PeerShareException(PeerError.PeerShuttingDown, Target);
        }
    }

    private void Log(ConnectionEnd end)
    {
        if (end is { IsByRemote: false, Reason: >= CloseReason.MalformedFrame })
        {
            _options.Log.ProtocolViolated(RemoteId, RemoteEndPoint, $"{end.Reason} {end.Detail}");
        }
        _options.Log.ConnectionClosed(RemoteId, RemoteEndPoint, end.Reason, end.Detail);
    }

    private sealed record EndBox(ConnectionEnd End);
}
