using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>A transport after the TLS handshake and its one check. Says who is there; not whether that node is trusted.</summary>
internal sealed class SecureChannel : IDisposable
{
    private readonly DuplexTransport _transport;
    private readonly SslStream _tls;

    private SecureChannel(DuplexTransport transport, GatherStream gather, SslStream tls)
    {
        _transport = transport;
        _tls = tls;
        Gather = gather;
        Clock = gather.Clock;
        (Alpn, Kind, RemoteId, Tls) = Check(tls);
    }

    public Stream Stream => _tls;

    public GatherStream Gather { get; }

    public TimeProvider Clock { get; }

    public NodeId RemoteId { get; }

    public string Alpn { get; }

    public SessionKind Kind { get; }

    public TlsInfo Tls { get; }

    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>The accepting side.</summary>
    /// <param name="transport">Is disposed of when this fails.</param>
    /// <param name="certificate">This node's.</param>
    /// <param name="clientHello">Called when the other side has said its first word.</param>
    /// <param name="clock">For the stall watch of the channel.</param>
    /// <param name="cancellationToken">The deadline.</param>
    /// <exception cref="HandshakeException">The handshake or its check failed.</exception>
    public static Task<SecureChannel> AcceptAsync(
        DuplexTransport transport,
        SslStreamCertificateContext certificate,
        Action clientHello,
        TimeProvider clock,
        CancellationToken cancellationToken) =>
        EstablishAsync(
            transport,
            clock,
            tls => tls.AuthenticateAsServerAsync(
                (_, _, _, _) =>
                {
                    clientHello();
                    return ValueTask.FromResult(TlsOptions.ForServer(certificate));
                },
                null,
                cancellationToken));

    /// <summary>The dialling side.</summary>
    public static Task<SecureChannel> ConnectAsync(
        DuplexTransport transport,
        SslStreamCertificateContext certificate,
        string alpn,
        TimeProvider clock,
        CancellationToken cancellationToken) =>
        EstablishAsync(
            transport, clock, tls => tls.AuthenticateAsClientAsync(TlsOptions.ForClient(certificate, alpn), cancellationToken));

    /// <summary>
    /// Waits until something has come, the end included, without a buffer of TLS or of the stream below; false when
    /// nothing came for <see cref="GatherStream.LongestWait"/>. Costs a system call, so it is for quiet times. Where the
    /// transport cannot wait it returns at once.
    /// </summary>
    public bool WaitForBytes() => TryRead([], out _);

    /// <summary>Whether the transport holds something that nobody has read yet, as far as can be known.</summary>
    public bool HasBytes => _transport.HasBytes();

    /// <summary>Reads what there is; false when nothing came for <see cref="GatherStream.LongestWait"/>.</summary>
    public bool TryRead(Span<byte> buffer, out int count)
    {
        try
        {
            count = _tls.Read(buffer);
            return true;
        }
        catch (GatherStream.QuietException)
        {
            count = 0;
            return false;
        }
    }

    /// <summary>Waits as <see cref="WaitForBytes"/> does, without a thread and however long it takes.</summary>
    public async ValueTask WhenBytesAsync() => await _tls.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);

    /// <summary>Ends blocked calls on other threads.</summary>
    public void Abort() => _transport.Abort();

    /// <summary>Tells the other side that nothing follows what was flushed. Reading goes on.</summary>
    /// <remarks>
    /// The end of TCP's stream says it, not a close_notify: SslStream.ShutdownAsync takes no lock against a Read on
    /// another thread, and OpenSSL corrupts the heap when that Read is at a session ticket (measured with .NET 10.0.12
    /// and OpenSSL 3.0.19: a crash within 12,000 connections, every time; none without it). What close_notify is there
    /// for, that nobody cuts off the end unseen, GOING_AWAY does.
    /// </remarks>
    public void EndWrites() => _transport.EndWrites();

    public void Dispose() => _tls.Dispose();

    private static async Task<SecureChannel> EstablishAsync(
        DuplexTransport transport, TimeProvider clock, Func<SslStream, Task> authenticate)
    {
        var gather = new GatherStream(transport.Stream, clock, transport.WaitForBytes);
        var tls = new SslStream(gather);
        try
        {
            await authenticate(tls).ConfigureAwait(false);
            return new SecureChannel(transport, gather, tls);
        }
        catch (Exception e)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (e is AuthenticationException or IOException or InvalidOperationException)
            {
                string detail = ForeignGreeting.Describe(gather.Beginning) ?? (e.InnerException ?? e).Message;
                throw new HandshakeException(CloseReason.TlsFailed, detail, innerException: e);
            }
            throw;
        }
    }

    private static (string Alpn, SessionKind Kind, NodeId Id, TlsInfo Tls) Check(SslStream tls)
    {
        var info = new TlsInfo(tls.SslProtocol, tls.NegotiatedCipherSuite);
        if (info.Protocol != SslProtocols.Tls13 || !TlsOptions.IsAccepted(info.CipherSuite))
        {
            throw new HandshakeException(CloseReason.WeakTls, $"{info.Protocol} with {info.CipherSuite}");
        }
        // A client that offers no name at all is let in by the handshake.
        string name = tls.NegotiatedApplicationProtocol.ToString();
        if (!Protocol.Alpn.TryParse(name, out SessionKind kind))
        {
            throw new HandshakeException(CloseReason.NoAlpn, "the other side speaks no PSPeerShare protocol");
        }
        if (tls.RemoteCertificate is not X509Certificate2 certificate || !tls.IsMutuallyAuthenticated)
        {
            throw new HandshakeException(CloseReason.NoCertificate, "the two sides have not both shown a certificate");
        }
        return (name, kind, NodeId.FromCertificate(certificate), info);
    }
}
