using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

// The reader thread. It never waits for a consumer: what it hands on is bounded by the credit that was granted.
internal sealed partial class PeerConnection
{
    private const int ThreadStackBytes = 256 * 1024;

    private static readonly TimeSpan QuietAfter = TimeSpan.FromMilliseconds(100);

    // Which stream the frame under way belongs to; its header may already have retired the stream.
    private PeerStream? _receiving;
    private long _lastReceived;

    private void ReadLoop()
    {
        bool isQuiet = false;
        try
        {
            while (_end is null)
            {
                while (_end is null && _reader.TryRead(out Frame frame))
                {
                    Handle(frame);
                }
                // An idle connection costs a thread but no buffers (P9); what flows is not asked twice.
                if ((isQuiet || _streams.IsEmpty) && _reader.TryRest())
                {
                    _channel.WaitForBytes();
                }
                int count = _channel.Stream.Read(_reader.GetBuffer().Span);
                isQuiet = IdleFor > QuietAfter;
                if (count == 0)
                {
                    EndOfStream();
                    break;
                }
                Volatile.Write(ref _lastReceived, _options.Clock.GetTimestamp());
                Interlocked.Add(ref _bytesReceived, count);
                _reader.Received(count);
            }
            Drain();
        }
        catch (ProtocolFaultException e)
        {
            Shutdown(e.Reason, e.Detail);
            Drain();
        }
        catch (InvalidProtocolBufferException e)
        {
            Shutdown(CloseReason.BadMessage, e.Message);
            Drain();
        }
        catch (Exception e)
        {
            // Whatever it is, the connection is at an end and the process is not.
            TransportEnded(e.Message, isByRemote: false);
        }
        finally
        {
            ThreadEnded();
        }
    }

    // The other side may not have seen our GOING_AWAY yet; closing on unread bytes could take it away from it.
    private void Drain()
    {
        byte[] scratch = new byte[GatherStream.SmallBytes];
        try
        {
            while (_channel.Stream.Read(scratch) > 0)
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
