using System.Net.Security;
using System.Net.Sockets;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Makes connections: TCP, TLS with both certificates, the check of who answers, HELLO both ways. Knows addresses and
/// ids; refuses to know where they come from. Thread safe.
/// </summary>
internal sealed class PeerDialler
{
    private readonly SslStreamCertificateContext _certificate;
    private readonly Func<Hello> _localHello;
    private readonly ConnectionOptions _options;

    /// <param name="identity">This node's; outlives the dialler.</param>
    /// <param name="localHello">What this node says about itself; a new object for each call.</param>
    /// <param name="options">What all connections of the node share.</param>
    public PeerDialler(NodeIdentity identity, Func<Hello> localHello, ConnectionOptions options)
    {
        _certificate = SslStreamCertificateContext.Create(identity.Certificate, additionalCertificates: null, offline: true);
        _localHello = localHello;
        _options = options;
    }

    /// <summary>Connects, and starts the connection.</summary>
    /// <param name="target">Whom to dial.</param>
    /// <param name="handler">Answers the streams that the other side opens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerShareException">HostNotFound, PeerUnreachable, ConnectTimeout, NotPeerShare,
    /// PeerIdentityChanged, NotTrustedByPeer, PeerNotTrusted, ProtocolMismatch, PeerBusy, PeerShuttingDown or
    /// ProtocolViolation.</exception>
    public async Task<PeerConnection> DialAsync(DialTarget target, StreamHandler handler, CancellationToken cancellationToken)
    {
        return await DialAsync(
            target,
            handler,
            async deadline => DuplexTransport.FromSocket(
                await TcpDial.ConnectAsync(target.Host, target.Port, _options.Clock, deadline).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Connects over whatever passes bytes both ways, a relay for instance.</summary>
    /// <inheritdoc cref="DialAsync(DialTarget, StreamHandler, CancellationToken)"/>
    public Task<PeerConnection> DialOverAsync(
        DuplexTransport transport, DialTarget target, StreamHandler handler, CancellationToken cancellationToken) =>
        DialAsync(target, handler, _ => Task.FromResult(transport), cancellationToken);

    private async Task<PeerConnection> DialAsync(
        DialTarget target,
        StreamHandler handler,
        Func<CancellationToken, Task<DuplexTransport>> connect,
        CancellationToken cancellationToken)
    {
        if (target.Expected is null && target.IsTrusted is null)
        {
            throw new ArgumentException("either an id is expected or someone judges whoever answers", nameof(target));
        }
        using var deadline = new Deadline(target.Timeout, CloseReason.HandshakeTimeout, _options.Clock, cancellationToken);
        string step = "the TCP connection";
        try
        {
            DuplexTransport transport = await connect(deadline.Token).ConfigureAwait(false);
            step = "the TLS handshake";
            SecureChannel channel = await SecureChannel.ConnectAsync(
                transport, _certificate, target.Alpn, _options.Clock, deadline.Token).ConfigureAwait(false);
            step = "HELLO_ACK";
            return await OpenAsync(channel, target, handler, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (
            deadline.Token.IsCancellationRequested && (e is OperationCanceledException or HandshakeException or SocketException))
        {
            // What breaks once the time is up, breaks because of that.
            cancellationToken.ThrowIfCancellationRequested();
            throw Logged(new PeerShareException(
                PeerError.ConnectTimeout, target.ToString(), $"{target.Timeout.TotalSeconds:0.#} s, waiting for {step}", e), target);
        }
        catch (SocketException e)
        {
            throw Logged(DialFailure.Of(e, target.ToString()), target);
        }
        catch (HandshakeException e)
        {
            throw Logged(DialFailure.Of(e, target.ToString()), target);
        }
    }

    private async Task<PeerConnection> OpenAsync(
        SecureChannel channel, DialTarget target, StreamHandler handler, CancellationToken cancellationToken)
    {
        bool isHandedOver = false;
        try
        {
            if (!string.Equals(channel.Alpn, target.Alpn, StringComparison.Ordinal))
            {
                throw new HandshakeException(CloseReason.NoAlpn, "the other side answers for another protocol");
            }
            if (target.Expected is { } expected && channel.RemoteId != expected)
            {
                throw new HandshakeException(CloseReason.OtherIdentity, $"{channel.RemoteId} answers");
            }
            if (target.Expected is null && !target.IsTrusted!(channel.RemoteId))
            {
                throw new HandshakeException(CloseReason.NotTrusted, $"{channel.RemoteId} answers");
            }
            HelloExchange hello = await HelloExchange.RunAsync(
                channel, isDialler: true, _localHello(), cancellationToken).ConfigureAwait(false);
            var connection = new PeerConnection(channel, hello, isDialler: true, _options);
            isHandedOver = true;
            connection.Start(handler);
            _options.Log.ConnectionDialled(connection.RemoteId, connection.RemoteEndPoint);
            return connection;
        }
        finally
        {
            if (!isHandedOver)
            {
                channel.Dispose();
            }
        }
    }

    private PeerShareException Logged(PeerShareException failure, DialTarget target)
    {
        _options.Log.DialFailed(target.Expected, target.ToString(), failure.Error, failure.Detail);
        return failure;
    }
}
