using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Speaks real TLS, in either role, with any certificate and any ALPN, and then whatever bytes the test wants.</summary>
internal sealed class HostilePeer : IDisposable
{
    private readonly Socket _socket;

    private HostilePeer(Socket socket, SslStream tls)
    {
        _socket = socket;
        Tls = tls;
    }

    public SslStream Tls { get; }

    /// <summary>What the other side said in its HELLO; set by <see cref="GreetAsync"/>.</summary>
    public Hello? Greeted { get; private set; }

    /// <summary>What this side said in its own.</summary>
    public Hello? Said { get; private set; }

    /// <summary>Dials a node.</summary>
    public static async Task<HostilePeer> DialAsync(
        int port, X509Certificate2? certificate, string? alpn = Alpn.Main, SslProtocols protocols = SslProtocols.Tls13)
    {
        Socket socket = await ConnectAsync(port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "",
            EnabledSslProtocols = protocols,
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options).Within();
            return new HostilePeer(socket, tls);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>Answers one caller of a <see cref="HostileListener"/>.</summary>
    public static async Task<HostilePeer> AnswerAsync(
        Socket socket, X509Certificate2 certificate, string? alpn = Alpn.Main, SslProtocols protocols = SslProtocols.Tls13,
        bool asksForCertificate = true, bool refusesCertificate = false)
    {
        socket.NoDelay = true;
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            EnabledSslProtocols = protocols,
            ClientCertificateRequired = asksForCertificate,
            ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
            RemoteCertificateValidationCallback = (_, shown, _, _) => !refusesCertificate && (shown is not null || !asksForCertificate),
        };
        try
        {
            await tls.AuthenticateAsServerAsync(options).Within();
            return new HostilePeer(socket, tls);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).Within();
        return socket;
    }

    public static Hello MakeHello() => new()
    {
        Version = Limits.ProtocolVersion,
        NodeName = "hostile",
        Agent = "TestKit",
        Nonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(Limits.NonceBytes)),
        BootNonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(Limits.BootNonceBytes)),
    };

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => Tls.WriteAsync(bytes).Within();

    public Task SendAsync(FrameType type, IMessage message, uint stream = 0, bool last = false) =>
        SendAsync(FrameWriter.EncodeFrame(type, last ? FrameFlags.Last : FrameFlags.None, stream, message));

    public Task SendAsync(FrameType type, byte[] payload, uint stream = 0, bool last = false) =>
        SendAsync(FrameWriter.EncodeFrame(type, last ? FrameFlags.Last : FrameFlags.None, stream, payload));

    /// <summary>The next frame, or null at the end of the stream however it ends.</summary>
    public async Task<(FrameHeader Header, byte[] Payload)?> ReceiveAsync()
    {
        try
        {
            byte[] header = new byte[FrameHeader.SizeInBytes];
            await Tls.ReadExactlyAsync(header).Within();
            FrameHeader read = FrameHeader.Read(header);
            byte[] payload = new byte[read.Length];
            await Tls.ReadExactlyAsync(payload).Within();
            return (read, payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Behaves, up to HELLO_ACK both ways.</summary>
    public async Task GreetAsync(Hello? hello = null)
    {
        Said = hello ?? MakeHello();
        await SendAsync(FrameType.Hello, Said);
        (FrameHeader header, byte[] payload) = (await ReceiveAsync())!.Value;
        Assert.Equal(FrameType.Hello, header.Type);
        Greeted = Hello.Parser.ParseFrom(payload);
        await SendAsync(FrameType.HelloAck, new HelloAck { Nonce = Greeted.Nonce });
        Assert.Equal(FrameType.HelloAck, (await ReceiveAsync())!.Value.Header.Type);
    }

    /// <summary>Reads until the other side says goodbye; null when it hangs up without a word.</summary>
    public async Task<CloseReason?> ReadGoodbyeAsync()
    {
        while (await ReceiveAsync() is { } frame)
        {
            if (frame.Header.Type == FrameType.GoingAway)
            {
                return (CloseReason)GoingAway.Parser.ParseFrom(frame.Payload).Reason;
            }
        }
        return null;
    }

    /// <summary>The other side has said something that was not read yet, or hung up.</summary>
    public bool HasUnread => _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Ends TCP without a close_notify.</summary>
    public void CutWithFin() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends TCP with a reset, which takes what is under way with it.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => Tls.Dispose();
}
