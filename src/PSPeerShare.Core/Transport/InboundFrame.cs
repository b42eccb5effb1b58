using Google.Protobuf;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>A frame that arrived on a stream. Disposing of it gives its buffer back, and its bytes as credit to the sender.</summary>
internal sealed class InboundFrame : IDisposable
{
    private readonly FrameHeader _header;
    private readonly PooledBuffer _payload;
    private readonly PeerStream _stream;
    private readonly bool _costsCredit;
    private int _isDisposed;

    internal InboundFrame(FrameHeader header, PooledBuffer payload, PeerStream stream, bool costsCredit)
    {
        _header = header;
        _payload = payload;
        _stream = stream;
        _costsCredit = costsCredit;
    }

    public FrameType Type => _header.Type;

    /// <summary>The other side sends nothing after this.</summary>
    public bool IsLast => _header.IsLast;

    public ReadOnlyMemory<byte> Payload => _payload.Memory;

    internal bool IsEnd => FrameRules.IsEnd(_header);

    /// <summary>The payload as a message. One that cannot be parsed ends the connection: no honest peer sends it.</summary>
    /// <exception cref="PeerShareException">It cannot be parsed.</exception>
    public T Parse<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(_payload.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            string detail = $"{Type} cannot be parsed";
            _stream.Connection.Shutdown(CloseReason.BadMessage, detail);
            throw new PeerShareException(PeerError.ProtocolViolation, _stream.Connection.Target, detail, e);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _payload.Dispose();
            if (_costsCredit)
            {
                _stream.ReturnCredit(_header.Cost);
            }
        }
    }
}
