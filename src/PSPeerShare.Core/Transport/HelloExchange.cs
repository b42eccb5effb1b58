using System.Security.Authentication;
using System.Security.Cryptography;
using Google.Protobuf;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// HELLO and HELLO_ACK both ways over a fresh channel. Whoever calls it has decided that the other side may come in;
/// nothing but these frames, or a GOING_AWAY, is read before both have acknowledged (T1).
/// </summary>
internal sealed class HelloExchange
{
    private readonly SecureChannel _channel;
    private readonly Hello _local;
    private Hello? _remote;
    private long _sent;

    private HelloExchange(SecureChannel channel, bool isDialler, Hello local)
    {
        _channel = channel;
        _local = local;
        Session = new SessionStateMachine(isDialler, channel.Kind);
        Reader = new FrameReader(Session.Receive);
    }

    public SessionStateMachine Session { get; }

    /// <summary>May hold what the other side sent right after its HELLO_ACK.</summary>
    public FrameReader Reader { get; }

    /// <summary>From this side's HELLO to its HELLO_ACK.</summary>
    public TimeSpan RoundTrip { get; private set; }

    public byte[] LocalNonce => _local.Nonce.ToByteArray();

    public Hello Remote => _remote ?? throw new InvalidOperationException("before HELLO");

    /// <summary>Runs it to the end.</summary>
    /// <param name="channel">Stays the caller's.</param>
    /// <param name="isDialler">Whether this side dialled.</param>
    /// <param name="local">What this side says; version and nonce are filled in here.</param>
    /// <param name="cancellationToken">The deadline.</param>
    /// <exception cref="HandshakeException">The other side refused, broke the protocol or hung up.</exception>
    public static async Task<HelloExchange> RunAsync(
        SecureChannel channel, bool isDialler, Hello local, CancellationToken cancellationToken)
    {
        local.Version = Limits.ProtocolVersion;
        local.Nonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(Limits.NonceBytes));
        var exchange = new HelloExchange(channel, isDialler, local);
        try
        {
            exchange._sent = channel.Clock.GetTimestamp();
            await exchange.SendAsync(FrameType.Hello, local, cancellationToken).ConfigureAwait(false);
            while (!exchange.Session.IsOpen)
            {
                await exchange.StepAsync(cancellationToken).ConfigureAwait(false);
            }
            return exchange;
        }
        catch (ProtocolFaultException e)
        {
            exchange.Reader.Dispose();
            await RefuseAsync(channel, e.Reason, cancellationToken).ConfigureAwait(false);
            throw new HandshakeException(e.Reason, e.Detail, innerException: e);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            exchange.Reader.Dispose();
            throw new HandshakeException(CloseReason.Cut, "the other side hung up before HELLO_ACK", isByRemote: true, e);
        }
        catch
        {
            exchange.Reader.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Says why not and hangs up. Waits a moment for the other side to hang up too, so that what it sent meanwhile does
    /// not make the network drop the reason.
    /// </summary>
    public static async Task RefuseAsync(SecureChannel channel, CloseReason reason, CancellationToken deadline)
    {
        using var linger = new CancellationTokenSource(Limits.CloseLinger, channel.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(linger.Token, deadline);
        CancellationToken cancellationToken = either.Token;
        try
        {
            byte[] frame = FrameWriter.EncodeFrame(FrameType.GoingAway, FrameFlags.None, 0, new GoingAway { Reason = (uint)reason });
            await channel.Stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            channel.EndWrites();
            byte[] scratch = new byte[Limits.PairPayloadBytes];
            for (int rest = Limits.PairTotalBytes, count = 1; rest > 0 && count > 0; rest -= count)
            {
                count = await channel.Stream.ReadAsync(scratch, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone, or too slow to be told.
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (TryHandle(out IMessage? answer))
        {
            if (answer is not null)
            {
                await SendAsync(FrameType.HelloAck, answer, cancellationToken).ConfigureAwait(false);
            }
            return;
        }
        int count = await _channel.Stream.ReadAsync(Reader.GetBuffer(), cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            throw new EndOfStreamException();
        }
        Reader.Received(count);
    }

    private bool TryHandle(out IMessage? answer)
    {
        answer = null;
        if (!Reader.TryRead(out Frame frame))
        {
            return false;
        }
        try
        {
            switch (frame.Header.Type)
            {
                case FrameType.Hello:
                    _remote = Hello.Parser.ParseFrom(frame.Payload);
                    HelloRules.Check(_remote);
                    answer = new HelloAck { Nonce = _remote.Nonce };
                    break;
                case FrameType.HelloAck:
                    CheckAck(HelloAck.Parser.ParseFrom(frame.Payload));
                    break;
                default:
                    throw Refused(GoingAway.Parser.ParseFrom(frame.Payload));
            }
            return true;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ProtocolFaultException(CloseReason.BadMessage, $"{frame.Header.Type} cannot be parsed", e);
        }
    }

    private void CheckAck(HelloAck acknowledgement)
    {
        if (!acknowledgement.Nonce.Equals(_local.Nonce))
        {
            throw new ProtocolFaultException(CloseReason.BadHello, "HELLO_ACK does not repeat the nonce");
        }
        RoundTrip = _channel.Clock.GetElapsedTime(_sent);
    }

    private static HandshakeException Refused(GoingAway message) => new(
        (CloseReason)message.Reason, Printable.Escape(message.Detail, Limits.DetailBytes), isByRemote: true);

    private async Task SendAsync(FrameType type, IMessage message, CancellationToken cancellationToken)
    {
        byte[] frame = FrameWriter.EncodeFrame(type, FrameFlags.None, 0, message);
        Session.Send(FrameHeader.Read(frame));
        await _channel.Stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
    }
}
