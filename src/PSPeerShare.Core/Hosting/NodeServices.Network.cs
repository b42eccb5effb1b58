using System.Reflection;
using System.Security.Cryptography;
using Google.Protobuf;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

// Listening and dialling, both with the same identity, greeting and answers: sessions are symmetric.
internal sealed partial class NodeServices
{
    private static readonly string Agent =
        $"PSPeerShare/{typeof(NodeServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    private static readonly ByteString BootNonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(Limits.BootNonceBytes));

    private readonly ConnectionOptions _connections;
    private PeerDialler? _dialler;

    /// <summary>Begins to listen for a server.</summary>
    public PeerListener Listen(RunningServer server, ServerOptions options) => PeerListener.Start(new ListenOptions
    {
        Addresses = options.ListenAddresses,
        Port = options.Port,
        Identity = Identity,
        Authorise = (nodeId, alpn) => alpn == Alpn.Pair || IsTrusted(nodeId) ? AcceptVerdict.Accepted : AcceptVerdict.NotTrusted,
        LocalHello = () => Welcoming(Greeting(server.Name, server.Port)),
        MainHandler = _requests.RouteAsync,
        PairHandler = _strangers.RouteAsync,
        Connected = Welcome,
        Connections = _connections,
    });

    /// <summary>Dials for trust that does not exist yet.</summary>
    public Task<PeerConnection> DialStrangerAsync(PeerAddress address, NodeId expected, CancellationToken cancellationToken) =>
        Dialler.DialAsync(
            new DialTarget { Host = address.Host, Port = address.Port, Expected = expected, Alpn = Alpn.Pair }, _strangers.RouteAsync, cancellationToken);

    private Task<PeerConnection> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellationToken) =>
        Dialler.DialAsync(
            new DialTarget { Host = address.Host, Port = address.Port, Expected = expected, IsTrusted = IsTrusted },
            _requests.RouteAsync,
            cancellationToken);

    private PeerDialler Dialler => _dialler ??= new PeerDialler(
        Identity, () => Greeting(Serving?.Name ?? DefaultName, Serving?.Port ?? 0), _connections);

    private void Welcome(PeerConnection connection)
    {
        if (connection.Alpn != Alpn.Main)
        {
            return;
        }

        if (connection.RemoteId != Identity.Id)
        {
            Peers.NoteSeen(connection.RemoteId, null);
        }

        Sessions.Adopt(connection);
    }

    /// <summary>Sends events from now on to another folder or with another level.</summary>
    public void OpenLogs(string folder, PeerLogLevel level)
    {
        EventLogOptions options = new() { Folder = folder, Level = level };
        Log.Redirect(options);
        Audit.Redirect(options);
    }

    private static Hello Greeting(string name, int port)
    {
        Hello hello = new()
        {
            NodeName = name,
            Agent = Agent,
            BootNonce = BootNonce,
            ListenPort = (uint)port,
            ClockUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        hello.Capabilities.AddRange(["search", "browse", "describe", "fetch", "push", Capabilities.WhoHas, Capabilities.Ranges]);
        if (port != 0)
        {
            hello.Capabilities.Add(Capabilities.Subscribe);
        }

        return hello;
    }
}
