using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using PSPeerShare.Core.Discovery.Relay;
using PSPeerShare.Core.Discovery.Servers;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

// Beyond the local network: discovery servers and relays that someone runs.
internal sealed partial class NodeServices
{
    private const string AddressScheme = "pspeershare";

    /// <summary>Direct ways have the field to themselves for so long: through a relay everything goes twice over the wire.</summary>
    private static readonly TimeSpan RelayDelay = TimeSpan.FromSeconds(1);

    private SslStreamCertificateContext? _ownCertificate;
    private CancellationTokenSource? _serversEnd;
    private RelayMember[] _members = [];
    private ServerAnnouncer[] _announcers = [];
    private Task _serversRun = Task.CompletedTask;

    private SslStreamCertificateContext OwnCertificate => _ownCertificate ??=
        SslStreamCertificateContext.Create(Identity.Certificate, additionalCertificates: null, offline: true);

    /// <summary>Checks what the options say of servers, before anything is started.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.AddressInvalid"/>.</exception>
    public static void CheckServers(ServerOptions options)
    {
        foreach (string server in options.DiscoveryServers)
        {
            ServerAddress.Parse(server, ServerAddress.DiscoveryScheme);
        }

        foreach (string relay in options.Relays)
        {
            ServerAddress.Parse(relay, ServerAddress.RelayScheme);
        }
    }

    /// <summary>How the running node stands with its discovery servers and relays.</summary>
    public IReadOnlyList<ServerLink> Links =>
    [
        .. _announcers.Select(announcer => ToLink(announcer.Server, isRelay: false, announcer.IsKnown, announcer.Problem)),
        .. _members.Select(member => ToLink(member.Relay, isRelay: true, member.IsJoined, member.Problem)),
    ];

    private static ServerLink ToLink(ServerAddress address, bool isRelay, bool isConnected, string? problem) => new(
        address.ToString(),
        isRelay,
        isConnected ? ServerLinkState.Connected : problem is null ? ServerLinkState.Connecting : ServerLinkState.Failed,
        problem);

    /// <summary>Joins the relays and tells the discovery servers where this node is. Returns at once.</summary>
    private void BeginServers(RunningServer server, ServerOptions options, Action<Socket> accept)
    {
        if (options.DiscoveryServers.Count == 0 && options.Relays.Count == 0)
        {
            return;
        }

        CancellationTokenSource end = new();
        _serversEnd = end;
        _members = [.. options.Relays.Select(relay =>
            new RelayMember(ServerAddress.Parse(relay, ServerAddress.RelayScheme), OwnCertificate, accept, Log))];
        _announcers = [.. options.DiscoveryServers.Select(text => new ServerAnnouncer(Open(text), () => OwnUrls(server), Log))];
        _serversRun = Task.Run(() => Task.WhenAll(
        [
            .. _members.Select(member => member.RunAsync(end.Token)),
            .. _announcers.Select(announcer => announcer.RunAsync(end.Token)),
        ]));
    }

    private async Task EndServersAsync()
    {
        if (Interlocked.Exchange(ref _serversEnd, null) is { } end)
        {
            await end.CancelAsync();
            await _serversRun.ContinueWith(static _ => { }, TaskScheduler.Default);
            _members = [];
            _announcers = [];
            end.Dispose();
        }
    }

    // What everyone may know who knows the id: where the node listens, and at which relays it can be met.
    private string[] OwnUrls(RunningServer server) =>
    [
        .. LocalAddresses.Reachable([.. server.Endpoints.Select(e => e.ToString())], server.Port).Select(address => $"{AddressScheme}://{address}"),
        .. _members.Where(member => member.IsJoined).Select(member => member.Relay.ToString()),
    ];

    private async Task LocateAtServersAsync(NodeId nodeId, ChannelWriter<DialCandidate> found, CancellationToken cancellationToken)
    {
        (IReadOnlyList<string> servers, IReadOnlyList<string> relays) = await KnownServersAsync(cancellationToken);
        if (servers.Count == 0 && relays.Count == 0)
        {
            return;
        }

        Task direct = Task.Delay(RelayDelay, cancellationToken);
        await Task.WhenAll([.. servers.Select(AskAsync), MeetAsync(relays)]);

        async Task AskAsync(string text)
        {
            try
            {
                using DiscoveryServer server = Open(text);
                IReadOnlyList<string> urls = await server.LookUpAsync(nodeId, cancellationToken);
                foreach (string address in urls.Select(AddressOf).OfType<string>())
                {
                    found.TryWrite(new DialCandidate(address, PeerPath.DiscoveryServer));
                }

                await MeetAsync([.. urls.Where(url => ServerAddress.TryParse(url, ServerAddress.RelayScheme, out _))]);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or PeerShareException && !cancellationToken.IsCancellationRequested)
            {
                Log.Warning($"asking a discovery server: {Diagnostics.Printable.Escape(e.Message, 200)}");
            }
        }

        async Task MeetAsync(IReadOnlyList<string> at)
        {
            await direct;
            foreach (string relay in at)
            {
                found.TryWrite(new DialCandidate(ServerAddress.Parse(relay, ServerAddress.RelayScheme).ToString(), PeerPath.Relay));
            }
        }
    }

    /// <summary>Reaches a peer through a relay, where it has to be joined.</summary>
    private async Task<PeerConnection> DialRelayAsync(string relay, NodeId expected, CancellationToken cancellationToken)
    {
        ServerAddress address = ServerAddress.Parse(relay, ServerAddress.RelayScheme);
        try
        {
            Socket? socket = await RelayLink.DialAsync(address, expected, OwnCertificate, cancellationToken);
            if (socket is null)
            {
                throw new PeerShareException(PeerError.PeerUnreachable, relay, "the peer is not at this relay");
            }

            return await Dialler.DialOverAsync(
                DuplexTransport.FromSocket(socket),
                new DialTarget { Host = address.Host, Port = address.Port, Expected = expected },
                _requests.RouteAsync,
                cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            throw new PeerShareException(PeerError.PeerUnreachable, relay, Diagnostics.Printable.Escape(e.Message, 200), e);
        }
    }

    // Those of the node that runs here, or in another process of the home.
    private async Task<(IReadOnlyList<string> Servers, IReadOnlyList<string> Relays)> KnownServersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await new ServerControl(this).DescribeAsync(cancellationToken) is { } node ? (node.DiscoveryServers, node.Relays) : ([], []);
        }
        catch (PeerShareException)
        {
            return ([], []);
        }
    }

    private DiscoveryServer Open(string text) => new(ServerAddress.Parse(text, ServerAddress.DiscoveryScheme), OwnCertificate);

    private static string? AddressOf(string url) =>
        url.StartsWith(AddressScheme + "://", StringComparison.Ordinal) && PeerAddress.TryParse(url[(AddressScheme.Length + 3)..], out PeerAddress address)
            ? address.ToString()
            : null;
}
