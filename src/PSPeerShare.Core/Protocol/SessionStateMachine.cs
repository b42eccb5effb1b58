namespace PSPeerShare.Core.Protocol;

/// <summary>
/// Judges every frame of one connection, in wire order, both ways: HELLO and HELLO_ACK before anything else, whose
/// stream it is, whether it may stand there, whether the credit covers it. Knows no payload, no thread and no time;
/// its caller serialises the calls.
/// </summary>
/// <remarks>
/// A stream is over when each side has sent one final frame: a frame with Last, or Error. Who receives an Error before
/// having ended answers with an Error of its own, so both sides know when the id is retired. Credit and Error may
/// cross with the other side's final frame and are ignored on retired ids; anything else there is a fault.
/// </remarks>
internal sealed class SessionStateMachine
{
    private readonly bool _isDialler;
    private readonly SessionKind _kind;
    private readonly Dictionary<uint, StreamState> _streams = [];
    private bool _hasSentHello;
    private bool _hasSentAck;
    private bool _hasReceivedHello;
    private bool _hasReceivedAck;
    private uint _highestLocal;
    private uint _highestRemote;
    private int _remoteStreams;
    private int _pingsToAnswer;
    private int _pongsExpected;
    private long _pairBytes;

    /// <param name="isDialler">Whether this side dialled; it decides whose ids are odd.</param>
    /// <param name="kind">Which frames exist at all.</param>
    public SessionStateMachine(bool isDialler, SessionKind kind)
    {
        _isDialler = isDialler;
        _kind = kind;
    }

    /// <summary>Told when a stream is over both ways.</summary>
    public Action<uint>? Retired { get; set; }

    /// <summary>Both sides have accepted each other.</summary>
    public bool IsOpen => _hasSentAck && _hasReceivedAck;

    public int OpenStreams => _streams.Count;

    /// <summary>Judges a frame's header on arrival.</summary>
    /// <exception cref="ProtocolFaultException">The connection must end with this reason.</exception>
    public FrameVerdict Receive(FrameHeader header)
    {
        if (!FrameRules.IsKnown(header.Type))
        {
            throw IsOpen
                ? Fault(CloseReason.UnknownFrame, header, "unknown type")
                : Fault(CloseReason.BeforeHelloAck, header, "unknown type before HELLO_ACK");
        }
        if (!FrameRules.IsAllowed(header.Type, _kind) && !FrameRules.IsEnd(header))
        {
            throw Fault(CloseReason.UnexpectedFrame, header, $"not in a {_kind} session");
        }
        int allowed = IsOpen ? FrameRules.MaxPayloadBytes(header.Type, _kind) : Limits.PairPayloadBytes;
        if (header.Length > allowed)
        {
            throw Fault(CloseReason.FrameTooLarge, header, $"more than {allowed} bytes");
        }
        if (_kind == SessionKind.Pair && (_pairBytes += header.Cost) > Limits.PairTotalBytes)
        {
            throw Fault(CloseReason.PairTooMuch, header, $"more than {Limits.PairTotalBytes} bytes before trust");
        }
        if (FrameRules.BelongsToConnection(header.Type))
        {
            ReceiveOnConnection(header);
            return FrameVerdict.Deliver;
        }
        if (!IsOpen)
        {
            throw Fault(CloseReason.BeforeHelloAck, header, "before HELLO_ACK");
        }
        return _streams.TryGetValue(header.StreamId, out StreamState? stream)
            ? ReceiveOnStream(header, stream)
            : ReceiveOnUnknownStream(header);
    }

    /// <summary>Notes a frame as it goes out. False: it must not go out any more, because its stream is over.</summary>
    public bool Send(in FrameHeader header)
    {
        if (FrameRules.BelongsToConnection(header.Type))
        {
            SendOnConnection(header.Type);
            return true;
        }
        if (header.StreamId > _highestLocal && IsLocal(header.StreamId))
        {
            _highestLocal = header.StreamId;
            _streams.Add(header.StreamId, new StreamState(header.Type, isOpenedByRemote: false) { HasLocalEnded = header.IsLast });
            return true;
        }
        if (!_streams.TryGetValue(header.StreamId, out StreamState? stream) || stream.HasLocalFailed)
        {
            return false;
        }
        if (header.Type == FrameType.Error)
        {
            stream.HasLocalFailed = stream.HasLocalEnded = true;
        }
        else if (stream.HasLocalEnded)
        {
            return false;
        }
        stream.HasLocalEnded |= header.IsLast;
        RetireIfOver(header.StreamId, stream);
        return true;
    }

    /// <summary>Notes credit as it goes out. False: the other side has no use for it any more.</summary>
    public bool SendCredit(uint streamId, int bytes)
    {
        if (!_streams.TryGetValue(streamId, out StreamState? stream) || stream.HasLocalFailed || stream.HasRemoteEnded)
        {
            return false;
        }
        stream.Window += bytes;
        return true;
    }

    private void ReceiveOnConnection(in FrameHeader header)
    {
        if (header.StreamId != 0)
        {
            throw Fault(CloseReason.BadStreamId, header, "belongs to the connection");
        }
        if (header.Flags != FrameFlags.None)
        {
            throw Fault(CloseReason.MalformedFrame, header, "the connection has no last frame");
        }
        switch (header.Type)
        {
            case FrameType.Hello:
                Once(ref _hasReceivedHello, header);
                break;
            case FrameType.HelloAck:
                // An acknowledgement of what was not said yet is no acknowledgement.
                Require(_hasReceivedHello && _hasSentHello, header);
                Once(ref _hasReceivedAck, header);
                break;
            case FrameType.Ping:
                Require(IsOpen, header);
                if (++_pingsToAnswer > Limits.UnansweredPings)
                {
                    throw Fault(CloseReason.TooManyPings, header, "pings without waiting for pongs");
                }
                break;
            case FrameType.Pong:
                Require(IsOpen, header);
                if (--_pongsExpected < 0)
                {
                    throw Fault(CloseReason.UnexpectedFrame, header, "nobody asked");
                }
                break;
        }
    }

    private FrameVerdict ReceiveOnUnknownStream(in FrameHeader header)
    {
        bool isLocal = IsLocal(header.StreamId);
        if (header.StreamId == 0 || (isLocal && header.StreamId > _highestLocal))
        {
            throw Fault(CloseReason.BadStreamId, header, "no such stream");
        }
        if (isLocal || header.StreamId <= _highestRemote)
        {
            return header.Type is FrameType.Credit or FrameType.Error
                ? FrameVerdict.Discard
                : throw Fault(CloseReason.BadStreamId, header, "the stream is over");
        }
        if (!FrameRules.IsOpening(header.Type))
        {
            throw Fault(CloseReason.UnexpectedFrame, header, "does not open a stream");
        }
        if (++_remoteStreams > Limits.StreamsPerSide)
        {
            throw Fault(CloseReason.TooManyStreams, header, $"more than {Limits.StreamsPerSide} open streams");
        }
        _highestRemote = header.StreamId;
        _streams.Add(header.StreamId, new StreamState(header.Type, isOpenedByRemote: true) { HasRemoteEnded = header.IsLast });
        return FrameVerdict.Deliver;
    }

    private FrameVerdict ReceiveOnStream(in FrameHeader header, StreamState stream)
    {
        if (stream.HasRemoteFailed)
        {
            throw Fault(CloseReason.UnexpectedFrame, header, "after Error");
        }
        if (header.Type == FrameType.Error)
        {
            stream.HasRemoteFailed = stream.HasRemoteEnded = true;
            RetireIfOver(header.StreamId, stream);
            return FrameVerdict.Deliver;
        }
        if (header.Type == FrameType.Credit)
        {
            return header.IsLast ? throw Fault(CloseReason.MalformedFrame, header, "Credit is never last") : FrameVerdict.Deliver;
        }
        if (stream.HasRemoteEnded)
        {
            throw Fault(CloseReason.UnexpectedFrame, header, "after the last frame");
        }
        bool mayStandHere = stream.IsOpenedByRemote
            ? FrameRules.MayOpenerSend(stream.Opening, header.Type)
            : FrameRules.MayAnswererSend(stream.Opening, header.Type);
        if (!mayStandHere && !FrameRules.IsEnd(header))
        {
            throw Fault(CloseReason.UnexpectedFrame, header, $"not in a {stream.Opening} stream");
        }
        if (header.Cost > stream.Window)
        {
            throw Fault(CloseReason.CreditOverrun, header, $"{header.Cost} bytes with a credit of {stream.Window}");
        }
        stream.Window -= header.Cost;
        stream.HasRemoteEnded = header.IsLast;
        RetireIfOver(header.StreamId, stream);
        return stream.HasLocalFailed ? FrameVerdict.Discard : FrameVerdict.Deliver;
    }

    private void SendOnConnection(FrameType type)
    {
        _hasSentHello |= type == FrameType.Hello;
        _hasSentAck |= type == FrameType.HelloAck;
        _pongsExpected += type == FrameType.Ping ? 1 : 0;
        _pingsToAnswer -= type == FrameType.Pong ? 1 : 0;
    }

    private void RetireIfOver(uint id, StreamState stream)
    {
        if (stream.HasLocalEnded && stream.HasRemoteEnded && _streams.Remove(id))
        {
            _remoteStreams -= stream.IsOpenedByRemote ? 1 : 0;
            Retired?.Invoke(id);
        }
    }

    private bool IsLocal(uint id) => (id % 2 == 1) == _isDialler;

    private static void Once(ref bool isDone, in FrameHeader header)
    {
        if (isDone)
        {
            throw Fault(CloseReason.HelloTwice, header, "for the second time");
        }
        isDone = true;
    }

    private static void Require(bool isFulfilled, in FrameHeader header)
    {
        if (!isFulfilled)
        {
            throw Fault(CloseReason.BeforeHelloAck, header, "before HELLO_ACK");
        }
    }

    private static ProtocolFaultException Fault(CloseReason reason, in FrameHeader header, string why) =>
        new(reason, $"{header.Type} of {header.Length} bytes on stream {header.StreamId}: {why}");
}
