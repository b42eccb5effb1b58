using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PSPeerShare.Core.Discovery.Servers;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Relay;

/// <summary>
/// A connection with a relay that has proved its id, and the sessions that it opens. The relay passes bytes; what is
/// in them the two nodes protect from it themselves.
/// </summary>
internal sealed class RelayLink : IDisposable
{
    private const string RelayAlpn = "bep-relay";

    /// <summary>The relay's answer to who comes to a session that is taken.</summary>
    private const int AlreadyConnected = 2;

    private const int MostSessions = 3;

    /// <summary>
    /// strelaysrv takes in one side at a time, and tells who comes meanwhile that the session is taken. Both are invited
    /// in the same instant, so one of them lets the other go first.
    /// </summary>
    private static readonly TimeSpan AfterYou = TimeSpan.FromMilliseconds(20);

    private readonly SslStream _tls;
    private readonly IPAddress _address;

    private RelayLink(SslStream tls, IPAddress address)
    {
        _tls = tls;
        _address = address;
    }

    /// <exception cref="SocketException">It cannot be reached.</exception>
    /// <exception cref="AuthenticationException">It is another one, or no relay.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<RelayLink> ConnectAsync(ServerAddress relay, SslStreamCertificateContext certificate, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(relay.Host, relay.Port, cancellationToken);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(PinnedTls.Options(relay, certificate, RelayAlpn), cancellationToken);
            IPAddress address = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            return new RelayLink(tls, address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        }
        catch
        {
            tls?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Asks for a session with a node, and for another one where the relay has no place in the first.</summary>
    /// <returns>The stream of bytes to the node, or <see langword="null"/> when it is not at this relay.</returns>
    /// <exception cref="IOException">The connection broke, or the relay gives no place.</exception>
    public static async Task<Socket?> DialAsync(
        ServerAddress relay, NodeId to, SslStreamCertificateContext certificate, CancellationToken cancellationToken)
    {
        for (int session = 1; ; session++)
        {
            try
            {
                return await DialOnceAsync(relay, to, certificate, cancellationToken);
            }
            catch (SessionTakenException) when (session < MostSessions)
            {
                // A key opens a place once: the next attempt is another session.
            }
        }
    }

    // The relay ends this link with its answer.
    private static async Task<Socket?> DialOnceAsync(
        ServerAddress relay, NodeId to, SslStreamCertificateContext certificate, CancellationToken cancellationToken)
    {
        using RelayLink link = await ConnectAsync(relay, certificate, cancellationToken);
        await link.SendAsync(RelayMessage.Connect(to), cancellationToken);
        while (await link.ReceiveAsync(cancellationToken) is var answer)
        {
            if (answer.TryReadInvitation(out RelayInvitation? invitation))
            {
                return invitation.From == to && !invitation.IsServer ? await link.OpenAsync(invitation, cancellationToken) : throw Broken();
            }

            if (answer.TryReadResponse(out _) || answer.Type == RelayType.Full)
            {
                return null;
            }

            if (answer.Type == RelayType.Ping)
            {
                await link.SendAsync(RelayMessage.Pong, cancellationToken);
            }
        }

        throw Broken();
    }

    public async Task SendAsync(RelayMessage message, CancellationToken cancellationToken)
    {
        await _tls.WriteAsync(message.ToBytes(), cancellationToken);
        await _tls.FlushAsync(cancellationToken);
    }

    /// <exception cref="IOException">The connection ended, or what came is no message.</exception>
    public Task<RelayMessage> ReceiveAsync(CancellationToken cancellationToken) => ReceiveAsync(_tls, cancellationToken);

    /// <summary>Takes the place in a session that an invitation is for.</summary>
    /// <exception cref="IOException">The relay refuses it, or the connection broke.</exception>
    public async Task<Socket> OpenAsync(RelayInvitation invitation, CancellationToken cancellationToken)
    {
        if (invitation.IsServer)
        {
            await Task.Delay(AfterYou, cancellationToken);
        }

        Socket socket = new(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(_address, invitation.Port), cancellationToken);
            NetworkStream stream = new(socket, ownsSocket: false);
            await using (stream)
            {
                await stream.WriteAsync(RelayMessage.JoinSession(invitation.Key).ToBytes(), cancellationToken);
                RelayMessage answer = await ReceiveAsync(stream, cancellationToken);
                return !answer.TryReadResponse(out int code) ? throw Broken()
                    : code == 0 ? socket
                    : code == AlreadyConnected ? throw new SessionTakenException()
                    : throw new IOException($"the relay refused the session: {code}");
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _tls.Dispose();

    private static async Task<RelayMessage> ReceiveAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] header = new byte[RelayMessage.HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellationToken);
        if (!RelayMessage.TryReadHeader(header, out RelayType type, out int length))
        {
            throw Broken();
        }

        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new RelayMessage(type, body);
    }

    private static IOException Broken() => new("the relay does not keep to its protocol");

    private sealed class SessionTakenException() : IOException("the relay says that the session is taken");
}
