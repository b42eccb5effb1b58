using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

// The reader: a thread while much comes, none while little does. Either way it never waits for a consumer: what it hands
// on is bounded by the credit that was granted.
internal sealed partial class PeerConnection
{
    private const int ThreadStackBytes = 256 * 1024;

    private static readonly TimeSpan QuietAfter = TimeSpan.FromMilliseconds(100);

    // Which stream the frame under way belongs to; its header may already have retired the stream.
    private PeerStream? _receiving;
    private long _lastReceived;
    private volatile bool _isReaderResting;

    private void ReadLoop()
    {
        bool isOver = true;
        try
        {
            isOver = !ReadUntilQuiet();
        }
        catch (Exception e)
        {
            ReadFailed(e);
        }

        if (isOver)
        {
            Drain();
            HalfEnded();
        }
        else
        {
            _ = RestAsync();
        }
    }

    /// <summary>Reads while something comes; false when the connection has ended.</summary>
    private bool ReadUntilQuiet()
    {
        bool isQuiet = false;
        HandleAll();
        while (_end is null)
        {
            // A quiet connection costs no buffers (P9), and after a while no thread; what flows is not asked twice.
            if ((isQuiet || _streams.IsEmpty) && _reader.TryRest() && !_channel.WaitForBytes())
            {
                return true;
            }
            if (_channel.TryRead(_reader.GetBuffer().Span, out int count))
            {
                isQuiet = Received(count);
                HandleAll();
            }
            else
            {
                isQuiet = true;
            }
        }
        return false;
    }

    /// <summary>
    /// Takes what comes now and then, a ping most of all, without a thread: a thousand that wait would make each
    /// collection of garbage take long (measured: 34 ms with 6,000 of them, 1 ms with ten).
    /// </summary>
    private async Task RestAsync()
    {
        _isReaderResting = true;
        try
        {
            for (bool isQuiet = true; isQuiet && _end is null;)
            {
                if (_reader.TryRest())
                {
                    await _channel.WhenBytesAsync().ConfigureAwait(false);
                }
                isQuiet = Received(await _channel.Stream.ReadAsync(_reader.GetBuffer()).ConfigureAwait(false));
                HandleAll();
            }
        }
        catch (Exception e)
        {
            ReadFailed(e);
        }
        finally
        {
            _isReaderResting = false;
            StartOrEnd(ReadLoop, "reader");
        }
    }

    private void HandleAll()
    {
        while (_end is null && _reader.TryRead(out Frame frame))
        {
            Handle(frame);
        }
    }

    /// <summary>So many bytes were read, after a pause or not; none is the end.</summary>
    private bool Received(int count)
    {
        bool isQuiet = IdleFor > QuietAfter;
        if (count == 0)
        {
            EndOfStream();
            return isQuiet;
        }
        _channel.Gather.Understood();
        Volatile.Write(ref _lastReceived, _options.Clock.GetTimestamp());
        Interlocked.Add(ref _bytesReceived, count);
        _reader.Received(count);
        return isQuiet;
    }

    private void ReadFailed(Exception e)
    {
        switch (e)
        {
            case ProtocolFaultException fault:
                Shutdown(fault.Reason, fault.Detail);
                break;
            case InvalidProtocolBufferException:
                Shutdown(CloseReason.BadMessage, e.Message);
                break;
            default:
                // Whatever it is, the connection is at an end and the process is not.
                TransportEnded(e.Message, isByRemote: false);
                break;
        }
    }

    // The other side may not have seen our GOING_AWAY yet; closing on unread bytes could take it away from it.
    private void Drain()
    {
        byte[] scratch = new byte[GatherStream.SmallBytes];
        try
        {
            while (!_channel.TryRead(scratch, out int count) || count > 0)
            {
            }
        }
        catch (Exception)
        {
            // It is over in any case, and nobody is above who could take it: a thread's exception ends the process.
        }
    }

    private FrameVerdict Judge(FrameHeader header)
    {
        _receiving = _streams.GetValueOrDefault(header.StreamId);
        lock (_session)
        {
            return _session.Receive(header);
        }
    }

    private void Handle(in Frame frame)
    {
        FrameHeader header = frame.Header;
        switch (header.Type)
        {
            case FrameType.GoingAway:
                RemoteGoesAway(GoingAway.Parser.ParseFrom(frame.Payload));
                break;
            case FrameType.Ping:
                EnqueueOwn(FrameType.Pong, 0, new Pong { Value = Ping.Parser.ParseFrom(frame.Payload).Value });
                break;
            case FrameType.Pong:
                PongArrived(Pong.Parser.ParseFrom(frame.Payload).Value);
                break;
            case FrameType.Error:
                _receiving?.FailedByRemote(StreamError.Parser.ParseFrom(frame.Payload));
                break;
            case FrameType.Credit:
                _receiving?.AddCredit(Credit.Parser.ParseFrom(frame.Payload).Bytes);
                break;
            default:
                if (_receiving is { } stream)
                {
                    stream.Accept(header, frame.TakePayload());
                }
                else
                {
                    OpenedByRemote(header, frame.TakePayload());
                }
                break;
        }
    }

    private void OpenedByRemote(in FrameHeader header, PooledBuffer payload)
    {
        var stream = new PeerStream(this, header.StreamId, isBulk: header.Type is FrameType.Fetch or FrameType.Describe, isLocal: false);
        var opening = new InboundFrame(header, payload, stream, costsCredit: false);
        if (header.IsLast)
        {
            stream.EndedByRemote();
        }
        _streams[header.StreamId] = stream;
        if (_isGoingAway)
        {
            opening.Dispose();
            stream.Fail(WireError.ShuttingDown);
            return;
        }
        if (Interlocked.Increment(ref _handlers) > Limits.Answers)
        {
            Interlocked.Decrement(ref _handlers);
            opening.Dispose();
            stream.Fail(WireError.Busy);
            return;
        }
        _ = Task.Run(() => AnswerAsync(stream, opening));
        if (_end is { } end)
        {
            stream.Abandon(end.ToException(Target), dropReceived: true);
        }
    }

    private async Task AnswerAsync(PeerStream stream, InboundFrame opening)
    {
        try
        {
            await _handler!(stream, opening, stream.Cancelled).ConfigureAwait(false);
            await stream.FinishAsync(stream.Cancelled).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!stream.Cancelled.IsCancellationRequested)
            {
                _options.Log.Warning(e, $"answering {opening.Type} of {RemoteId.ShortId}");
            }
            stream.Fail(WireErrors.Of(e), WireErrors.DetailOf(e));
        }
        finally
        {
            opening.Dispose();
            await stream.DisposeAsync().ConfigureAwait(false);
            Interlocked.Decrement(ref _handlers);
            NoteIdle();
        }
    }
}
