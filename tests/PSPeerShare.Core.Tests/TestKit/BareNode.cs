using System.Net;
using System.Threading.Channels;
using Google.Protobuf;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>An identity with a listener and a dialler over loopback, and nothing above the transport.</summary>
internal sealed class BareNode : IAsyncDisposable
{
    private readonly TempFolder _home = new();
    private readonly Channel<PeerConnection> _accepted = Channel.CreateUnbounded<PeerConnection>();
    private PeerListener? _listener;

    public BareNode(StreamHandler? handler = null, TimeProvider? clock = null)
    {
        Handler = handler ?? ((_, _, _) => Task.CompletedTask);
        Options = new ConnectionOptions { Clock = clock ?? TimeProvider.System };
        Identity = NodeIdentity.LoadOrCreate(_home.Path);
        Dialler = new PeerDialler(Identity, MakeHello, Options);
    }

    public NodeIdentity Identity { get; }

    public ConnectionOptions Options { get; }

    public PeerDialler Dialler { get; }

    /// <summary>Answers what others open, whoever dialled.</summary>
    public StreamHandler Handler { get; set; }

    /// <summary>What it says in HELLO that it answers, when it is dialled.</summary>
    public IReadOnlyList<string> Capabilities { get; set; } = [];

    public Func<NodeId, string, AcceptVerdict> Authorise { get; set; } = (_, _) => AcceptVerdict.Accepted;

    public PeerListener Listener => _listener ??= Listen();

    public int Port => Listener.Port;

    public Task<PeerConnection> DialAsync(BareNode other, string alpn = Alpn.Main) => DialAsync(other.Identity.Id, other.Port, alpn);

    public Task<PeerConnection> DialAsync(NodeId expected, int port, string alpn = Alpn.Main) => Dialler.DialAsync(
        new DialTarget { Host = "127.0.0.1", Port = port, Expected = expected, Alpn = alpn },
        (stream, opening, cancellationToken) => Handler(stream, opening, cancellationToken),
        CancellationToken.None).Within();

    /// <summary>The next connection of the main protocol that this node accepted.</summary>
    public Task<PeerConnection> AcceptedAsync() => _accepted.Reader.ReadAsync().Within();

    /// <summary>A connection and its other end.</summary>
    public async Task<(PeerConnection Near, PeerConnection Far)> ConnectAsync(BareNode other)
    {
        PeerConnection near = await DialAsync(other);
        return (near, await other.AcceptedAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync().Within();
        }
        Identity.Dispose();
        _home.Dispose();
    }

    public static Hello MakeHello() => new()
    {
        NodeName = "test",
        Agent = "TestKit",
        BootNonce = ByteString.CopyFrom(new byte[Limits.BootNonceBytes]),
    };

    private Hello MakeOwnHello()
    {
        Hello hello = MakeHello();
        hello.Capabilities.AddRange(Capabilities);
        return hello;
    }

    private PeerListener Listen() => PeerListener.Start(new ListenOptions
    {
        Addresses = [IPAddress.Loopback],
        Identity = Identity,
        Authorise = (id, alpn) => Authorise(id, alpn),
        LocalHello = MakeOwnHello,
        MainHandler = (stream, opening, cancellationToken) => Handler(stream, opening, cancellationToken),
        PairHandler = (stream, opening, cancellationToken) => Handler(stream, opening, cancellationToken),
        Connected = connection => _accepted.Writer.TryWrite(connection),
        Connections = Options,
    });
}
