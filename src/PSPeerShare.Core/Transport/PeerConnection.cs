using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// An accepted connection between two nodes: streams over one TLS channel, read and written by a thread each while it is
/// busy and without any while it is not. It knows who is at the other end and keeps both to the protocol; it refuses to
/// know what the streams are about, and whether the other node may have what it asks for.
/// </summary>
/// <remarks>Thread safe. It ends once, with the first reason that anyone gives.</remarks>
internal sealed partial class PeerConnection : IAsyncDisposable
{
    private readonly SecureChannel _channel;
    private readonly ConnectionOptions _options;
    private readonly SessionStateMachine _session;
    private readonly FrameReader _reader;
    private readonly OutboundQueue _outbound;
    private readonly ConcurrentDictionary<uint, PeerStream> _streams = new();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly long _opened;
    private uint _nextId;
    private int _localStreams;
    private StreamHandler? _handler;
    private long _bytesSent;
    private long _bytesReceived;

    /// <param name="channel">Belongs to the connection from now on.</param>
    /// <param name="hello">The finished exchange.</param>
    /// <param name="isDialler">Whether this side dialled.</param>
    /// <param name="options">What all connections of the node share.</param>
    public PeerConnection(SecureChannel channel, HelloExchange hello, bool isDialler, ConnectionOptions options)
    {
        _channel = channel;
        _options = options;
        IsDialler = isDialler;
        RemoteHello = hello.Remote;
        LocalNonce = hello.LocalNonce;
        Window = new WindowBudget(Limits.ConnectionExtraWindowBytes, options.NodeWindow);
        _session = hello.Session;
        _session.Retired = OnRetired;
        _outbound = new OutboundQueue(() => StartOrEnd(WriteLoop, "writer"));
        _reader = hello.Reader;
        _reader.Judge = Judge;
        _nextId = isDialler ? 1u : 2u;
        _shortestTicks = hello.RoundTrip.Ticks;
        _opened = _lastReceived = options.Clock.GetTimestamp();
        OpenedAt = options.Clock.GetUtcNow();
    }

    public NodeId RemoteId => _channel.RemoteId;

    public Hello RemoteHello { get; }

    public byte[] LocalNonce { get; }

    public byte[] RemoteNonce => RemoteHello.Nonce.ToByteArray();

    public bool IsDialler { get; }

    public string Alpn => _channel.Alpn;

    public EndPoint? RemoteEndPoint => _channel.RemoteEndPoint;

    public TlsInfo Tls => _channel.Tls;

    public DateTimeOffset OpenedAt { get; }

    public TimeSpan Age => _options.Clock.GetElapsedTime(_opened);

    /// <summary>New streams can be opened: it has not ended, and neither side is going away.</summary>
    public bool IsUsable => _end is null && !_isGoingAway && !_isRemoteGoingAway;

    /// <summary>Streams that either side has not finished.</summary>
    public int OpenStreams => _streams.Count;

    /// <summary>Frames with their headers, without what TLS adds. Files are counted where they are transferred.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <inheritdoc cref="BytesSent"/>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Whether it waits without a thread.</summary>
    public bool IsResting => _isReaderResting && _outbound.IsWriterAway;

    /// <summary>By which everything about the connection is timed.</summary>
    public TimeProvider Clock => _options.Clock;

    /// <summary>Set when the connection ends.</summary>
    public CancellationToken Lifetime => _lifetime.Token;

    /// <summary>How it ended; completes when nothing reads or writes any more and the socket is closed. Never fails.</summary>
    public Task<ConnectionEnd> Closed => _closed.Task;

    internal WindowBudget Window { get; }

    /// <summary>How errors name the other side.</summary>
    internal string Target => RemoteEndPoint is null ? RemoteId.ShortId : $"{RemoteId.ShortId} at {RemoteEndPoint}";

    /// <summary>Starts the two threads. Frames that came with the handshake are handled first.</summary>
    /// <param name="handler">Answers the streams that the other side opens.</param>
    public void Start(StreamHandler handler)
    {
        _handler = handler;
        _channel.Gather.StartGathering();
        _options.Counters.ConnectionOpened();
        _options.Watch.Add(this);
        StartOrEnd(ReadLoop, "reader");
        StartOrEnd(WriteLoop, "writer");
    }

    /// <summary>Opens a stream. Never waits: the opening frame needs no credit.</summary>
    /// <param name="opening">One of the opening types.</param>
    /// <param name="message">The request.</param>
    /// <param name="last">This side sends nothing after it.</param>
    /// <param name="bulk">What this side sends on it may wait for everything interactive.</param>
    /// <exception cref="PeerShareException">The connection has ended or is about to, or too many streams are open.</exception>
    public PeerStream OpenStream(FrameType opening, IMessage message, bool last, bool bulk = false)
    {
        if (!FrameRules.IsOpening(opening) || !FrameRules.IsAllowed(opening, _channel.Kind))
        {
            throw new ArgumentException($"{opening} does not open a stream here", nameof(opening));
        }
        ThrowIfNotUsable();
        if (Interlocked.Increment(ref _localStreams) > Limits.StreamsPerSide)
        {
            Interlocked.Decrement(ref _localStreams);
            throw new PeerShareException(PeerError.PeerBusy, Target, $"{Limits.StreamsPerSide} requests are open on the connection");
        }
        PooledBuffer payload = FrameWriter.Encode(opening, message);
        PeerStream? stream = null;
        try
        {
            _outbound.EnqueueOpening(() =>
            {
                stream = new PeerStream(this, _nextId, bulk, isLocal: true);
                _nextId += 2;
                if (last)
                {
                    stream.OpenedAsLast();
                }
                _streams[stream.Id] = stream;
                return new OutboundFrame(
                    new FrameHeader(payload.Length, opening, last ? FrameFlags.Last : FrameFlags.None, stream.Id), payload);
            });
        }
        catch
        {
            payload.Dispose();
            Interlocked.Decrement(ref _localStreams);
            throw;
        }
        return stream!;
    }

    public async ValueTask DisposeAsync()
    {
        Shutdown(CloseReason.Normal);
        await Closed.ConfigureAwait(false);
    }

    internal ValueTask ReserveAsync(bool isBulk, int bytes, CancellationToken cancellationToken) =>
        _outbound.ReserveAsync(isBulk, bytes, cancellationToken);

    internal void Enqueue(bool isBulk, in OutboundFrame frame) => _outbound.Enqueue(isBulk, frame);

    internal void SendCredit(uint streamId, int bytes) =>
        EnqueueOwn(FrameType.Credit, streamId, new Credit { Bytes = (uint)bytes }, bytes);

    private void EnqueueOwn(FrameType type, uint streamId, IMessage message, int creditBytes = 0)
    {
        PooledBuffer payload = FrameWriter.Encode(type, message);
        var header = new FrameHeader(payload.Length, type, FrameFlags.None, streamId);
        _outbound.Enqueue(isBulk: false, new OutboundFrame(header, payload, CreditBytes: creditBytes));
    }

    // Called under the session's lock.
    private void OnRetired(uint id)
    {
        if (_streams.TryRemove(id, out PeerStream? stream))
        {
            stream.Retired();
            if (stream.IsLocal)
            {
                Interlocked.Decrement(ref _localStreams);
            }
            NoteIdle();
        }
    }

    // Where no thread can be had, the connection cannot go on.
    private void StartOrEnd(ThreadStart loop, string name)
    {
        try
        {
            new Thread(loop, ThreadStackBytes) { IsBackground = true, Name = $"peer {name}" }.UnsafeStart();
        }
        catch (Exception e)
        {
            TransportEnded(e.Message, isByRemote: false);
            HalfEnded();
        }
    }
}
