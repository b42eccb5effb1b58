using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A peer that listens, greets like an honest one, and then follows the test's script on each connection.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly HostileListener _listener = new();
    private readonly X509Certificate2 _certificate = TestCertificates.Make();
    private readonly List<HostilePeer> _peers = [];
    private readonly List<Exception> _failures = [];
    private readonly Func<HostilePeer, Task> _script;
    private readonly Hello? _hello;
    private readonly string _alpn;
    private readonly Task _accepting;
    private bool _isClosed;

    public HostileServer(Func<HostilePeer, Task> script, Hello? hello = null, string alpn = Alpn.Main)
    {
        _script = script;
        _hello = hello;
        _alpn = alpn;
        _accepting = AcceptAsync();
    }

    public NodeId Id => NodeId.FromCertificate(_certificate);

    public string Address => $"127.0.0.1:{_listener.Port}";

    public PeerTarget Target => new("evil", Id, [Address]);

    /// <summary>The node has the server in its book from now on.</summary>
    public Task TrustByAsync(TestNode node, PeerRights allow = PeerRights.Browse | PeerRights.Read, string name = "evil") =>
        node.Node.AddPeerAsync(new AddPeerOptions { NodeId = Id, Addresses = [Address], Name = name, Allow = allow }, TestNode.Patience);

    /// <summary>A file as this server might have listed it.</summary>
    public RemoteFile Offer(string path, long length) => new(
        path.Split('/')[^1], path, path.Split('/')[0], length, DateTimeOffset.UnixEpoch, null, "evil", Id);

    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        _listener.Dispose();
        lock (_peers)
        {
            _peers.ForEach(peer => peer.Dispose());
        }

        await _accepting;
        _certificate.Dispose();
        Assert.Empty(_failures);
    }

    private async Task AcceptAsync()
    {
        while (!_isClosed)
        {
            try
            {
                System.Net.Sockets.Socket socket = await _listener.AcceptAsync();
                _ = Task.Run(() => TalkAsync(socket));
            }
            catch (Exception e) when (e is TimeoutException or ObjectDisposedException or System.Net.Sockets.SocketException)
            {
                // Nobody called, or the test is over.
            }
        }
    }

    private async Task TalkAsync(System.Net.Sockets.Socket socket)
    {
        try
        {
            HostilePeer peer = await HostilePeer.AnswerAsync(socket, _certificate, _alpn);
            lock (_peers)
            {
                _peers.Add(peer);
            }

            await peer.GreetAsync(_hello);
            await _script(peer);
            while (await peer.ReceiveAsync() is not null)
            {
                // What else is said does not matter.
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or AuthenticationException or TimeoutException or InvalidOperationException)
        {
            // The other side has hung up, as it should on most of them.
        }
        catch (Exception e)
        {
            lock (_failures)
            {
                _failures.Add(e);
            }
        }
    }
}
