using System.Net;
using System.Net.Sockets;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

// One caller, from accept to HELLO_ACK.
internal sealed partial class PeerListener
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private async Task ServeAsync(Socket socket)
    {
        ConnectionOptions shared = _options.Connections;
        EndPoint? from = null;
        ConnectionAdmission.Guest? guest = null;
        PeerConnection? connection = null;
        using var deadline = new Deadline(Limits.ClientHello, CloseReason.ClientHelloTimeout, shared.Clock, _stopping.Token);
        try
        {
            socket.NoDelay = true;
            DuplexTransport transport = DuplexTransport.FromSocket(socket);
            from = transport.RemoteEndPoint;
            guest = _admission.Enter(((IPEndPoint)from!).Address, () => Evict(connection, deadline));
            connection = await GreetAsync(transport, guest, deadline).ConfigureAwait(false);
            if (connection is not null)
            {
                Begin(connection, guest);
                if (deadline.Reason == CloseReason.Evicted)
                {
                    // It had to go just when it was done.
                    connection.Evict();
                }
            }
        }
        catch (HandshakeException e)
        {
            shared.Log.HandshakeRejected(from, e.Reason, e.Detail);
        }
        catch (OperationCanceledException)
        {
            shared.Log.HandshakeRejected(from, deadline.Reason);
        }
        catch (Exception e)
        {
            shared.Log.Warning(e, $"accepting {from}");
        }
        finally
        {
            if (connection is null)
            {
                socket.Dispose();
                if (guest is not null)
                {
                    _admission.Leave(guest);
                }
            }
        }
    }

    private async Task<PeerConnection?> GreetAsync(DuplexTransport transport, ConnectionAdmission.Guest guest, Deadline deadline)
    {
        TimeProvider clock = _options.Connections.Clock;
        SecureChannel channel = await SecureChannel.AcceptAsync(
            transport,
            _certificate,
            () => deadline.Extend(Limits.AcceptToHelloAck, CloseReason.HandshakeTimeout),
            clock,
            deadline.Token).ConfigureAwait(false);
        bool isHandedOver = false;
        try
        {
            if (WhyNot(channel, guest) is { } reason)
            {
                _options.Connections.Log.HandshakeRejected(transport.RemoteEndPoint, reason, peer: channel.RemoteId);
                await HelloExchange.RefuseAsync(channel, reason, deadline.Token).ConfigureAwait(false);
                return null;
            }
            HelloExchange hello = await HelloExchange.RunAsync(
                channel, isDialler: false, _options.LocalHello(), deadline.Token).ConfigureAwait(false);
            isHandedOver = true;
            return new PeerConnection(channel, hello, isDialler: false, _options.Connections);
        }
        finally
        {
            if (!isHandedOver)
            {
                channel.Dispose();
            }
        }
    }

    private CloseReason? WhyNot(SecureChannel channel, ConnectionAdmission.Guest guest)
    {
        if (_options.Authorise(channel.RemoteId, channel.Alpn) != AcceptVerdict.Accepted)
        {
            return CloseReason.NotTrusted;
        }
        // Who comes to pair stays a stranger and can be evicted like one.
        return channel.Kind == SessionKind.Pair || _admission.TryPromote(guest, channel.RemoteId)
            ? null
            : CloseReason.TooManyConnections;
    }

    private void Begin(PeerConnection connection, ConnectionAdmission.Guest guest)
    {
        bool isMain = string.Equals(connection.Alpn, Alpn.Main, StringComparison.Ordinal);
        _options.Connections.Log.ConnectionAccepted(connection.RemoteId, connection.RemoteEndPoint);
        _connections[connection] = true;
        if (isMain)
        {
            Announce(connection);
        }
        connection.Start(isMain ? _options.MainHandler : _options.PairHandler);
        _ = connection.Closed.ContinueWith(
            _ =>
            {
                _connections.TryRemove(connection, out bool _);
                _admission.Leave(guest);
            },
            TaskScheduler.Default);
        // Trust may have been withdrawn before the connection was listed for whoever withdrew it to find.
        if (_options.Authorise(connection.RemoteId, connection.Alpn) != AcceptVerdict.Accepted)
        {
            connection.Shutdown(CloseReason.TrustRevoked);
        }
    }

    private void Announce(PeerConnection connection)
    {
        try
        {
            _options.Connected?.Invoke(connection);
        }
        catch (Exception e)
        {
            _options.Connections.Log.Failure(e, $"welcoming {connection.RemoteId.ShortId}");
        }
    }

    private static void Evict(PeerConnection? connection, Deadline deadline)
    {
        if (connection is null)
        {
            deadline.Expire(CloseReason.Evicted);
        }
        else
        {
            connection.Evict();
        }
    }
}
