using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>Whoever cannot be reached, the user learns why.</summary>
public sealed class DialFailureTests : IAsyncLifetime
{
    private static readonly StreamHandler NoStreams = (_, _, _) => Task.CompletedTask;

    private readonly BareNode _node = new();
    private readonly X509Certificate2 _certificate = TestCertificates.Make();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task A_name_that_does_not_exist() =>
        Assert.Equal(PeerError.HostNotFound, await DialAsync(0, host: "no-such-host.invalid"));

    [Fact]
    public async Task A_port_where_nothing_listens()
    {
        int port;
        using (var listener = new HostileListener())
        {
            port = listener.Port;
        }
        Assert.Equal(PeerError.PeerUnreachable, await DialAsync(port));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "begins with 'HTTP/1.1 400 Bad Request'")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "begins with 'SSH-2.0-OpenSSH_9.2p1 Debian-2'")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "begins with the bytes 0000000000000000")]
    [InlineData("\u001b[31mred\u001b[0m and more", "begins with the bytes 1B5B33316D726564")]
    [InlineData("220 mail.example.org ESMTP\r\n", "begins with '220 mail.example.org ESMTP'")]
    [InlineData("a line that has no end and goes on and on and on and on and on and on and on", "goes on and on and on and on and on a'")]
    public async Task Something_else_that_talks_is_told_by_its_first_words(string banner, string expected)
    {
        using var listener = new HostileListener();
        Task<PeerShareException> dialling = FailAsync(listener.Port);
        using Socket socket = await listener.AcceptAsync();

        await socket.SendAsync(Encoding.ASCII.GetBytes(banner));

        PeerShareException failure = await dialling;
        Assert.Equal(PeerError.NotPeerShare, failure.Error);
        Assert.EndsWith(expected, failure.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Detail!, char.IsControl);
    }

    [Fact]
    public async Task First_words_that_come_byte_by_byte()
    {
        using var listener = new HostileListener();
        Task<PeerShareException> dialling = FailAsync(listener.Port);
        using Socket socket = await listener.AcceptAsync();
        socket.NoDelay = true;
        foreach (byte letter in "SSH-2"u8.ToArray())
        {
            await socket.SendAsync(new[] { letter });
        }

        await socket.SendAsync(".0-OpenSSH_9.2\r\n"u8.ToArray());

        Assert.Contains("begins with 'SSH-2.0-OpenSSH_9.2'", (await dialling).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_that_hangs_up_at_once()
    {
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port);

        (await listener.AcceptAsync()).Dispose();

        Assert.Equal(PeerError.NotPeerShare, await dialling);
    }

    [Fact]
    public async Task Silence()
    {
        var clock = new ManualClock();
        await using var node = new BareNode(clock: clock);
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port, node: node);
        using Socket socket = await listener.AcceptAsync();

        clock.Advance(TimeSpan.FromSeconds(14));
        Assert.False(dialling.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(PeerError.ConnectTimeout, await dialling);
    }

    [Fact]
    public async Task Silence_after_the_tls_handshake()
    {
        var clock = new ManualClock();
        await using var node = new BareNode(clock: clock);
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port, node: node);
        using HostilePeer peer = await HostilePeer.AnswerAsync(await listener.AcceptAsync(), _certificate);
        Assert.Equal(FrameType.Hello, (await peer.ReceiveAsync())!.Value.Header.Type);

        clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(PeerError.ConnectTimeout, await dialling);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("http/1.1")]
    public async Task A_web_server_with_tls(string? alpn)
    {
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port);
        Task serving = Task.Run(async () => (await HostilePeer.AnswerAsync(await listener.AcceptAsync(), _certificate, alpn)).Dispose());

        Assert.Equal(PeerError.NotPeerShare, await dialling);
        await Task.WhenAny(serving).Within();
    }

    [Fact]
    public async Task A_peer_that_only_speaks_tls_1_2()
    {
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port);
        Task serving = Task.Run(async () => (await HostilePeer.AnswerAsync(
            await listener.AcceptAsync(), _certificate, protocols: System.Security.Authentication.SslProtocols.Tls12)).Dispose());

        Assert.Equal(PeerError.NotPeerShare, await dialling);
        await Task.WhenAny(serving).Within();
    }

    [Fact]
    public async Task Another_node_at_the_address()
    {
        await using var impostor = new BareNode();

        Assert.Equal(PeerError.PeerIdentityChanged, await DialAsync(impostor.Port));
        Assert.Empty(impostor.Listener.Connections);
    }

    [Fact]
    public async Task A_node_that_does_not_trust_this_one()
    {
        await using var other = new BareNode { Authorise = (_, _) => AcceptVerdict.NotTrusted };

        Assert.Equal(PeerError.NotTrustedByPeer, await DialAsync(other.Port, expected: other.Identity.Id));
    }

    [Fact]
    public async Task A_node_that_hangs_up_instead_of_hello_ack()
    {
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port);

        using (await HostilePeer.AnswerAsync(await listener.AcceptAsync(), _certificate))
        {
        }

        Assert.Equal(PeerError.NotTrustedByPeer, await dialling);
    }

    [Fact]
    public async Task A_node_that_refuses_the_certificate_itself()
    {
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port);

        await Assert.ThrowsAsync<System.Security.Authentication.AuthenticationException>(
            async () => await HostilePeer.AnswerAsync(await listener.AcceptAsync(), _certificate, refusesCertificate: true));

        Assert.Equal(PeerError.NotTrustedByPeer, await dialling);
    }

    [Fact]
    public async Task A_node_that_nobody_here_knows()
    {
        await using var other = new BareNode();

        var failure = await Assert.ThrowsAsync<PeerShareException>(() => _node.Dialler.DialAsync(
            new DialTarget { Host = "127.0.0.1", Port = other.Port, IsTrusted = _ => false }, NoStreams, CancellationToken.None).Within());

        Assert.Equal(PeerError.PeerNotTrusted, failure.Error);
    }

    [Theory]
    [InlineData((int)CloseReason.TooManyConnections, PeerError.PeerBusy)]
    [InlineData((int)CloseReason.ShuttingDown, PeerError.PeerShuttingDown)]
    [InlineData((int)CloseReason.VersionMismatch, PeerError.ProtocolMismatch)]
    public async Task A_node_that_says_why_not(int reason, PeerError expected)
    {
        using var listener = new HostileListener();
        Task<PeerError> dialling = DialAsync(listener.Port);
        using HostilePeer peer = await HostilePeer.AnswerAsync(await listener.AcceptAsync(), _certificate);

        await peer.SendAsync(FrameType.GoingAway, new GoingAway { Reason = (uint)reason });

        Assert.Equal(expected, await dialling);
    }

    [Fact]
    public async Task Nobody_may_be_dialled_without_saying_who_is_meant() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _node.Dialler.DialAsync(
            new DialTarget { Host = "127.0.0.1", Port = 1 }, NoStreams, CancellationToken.None));

    [Fact]
    public async Task Giving_up_is_not_an_error_of_the_peer()
    {
        using var listener = new HostileListener();
        using var cancel = new CancellationTokenSource();
        Task dialling = _node.Dialler.DialAsync(
            new DialTarget { Host = "127.0.0.1", Port = listener.Port, Expected = _node.Identity.Id }, NoStreams, cancel.Token);
        using Socket socket = await listener.AcceptAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling.Within());
    }

    [Fact]
    public async Task The_error_names_host_and_port()
    {
        var failure = await Assert.ThrowsAsync<PeerShareException>(() => _node.Dialler.DialAsync(
            new DialTarget { Host = "::1", Port = 1, Expected = _node.Identity.Id }, NoStreams, CancellationToken.None).Within());

        Assert.Equal("[::1]:1", failure.Target);
    }

    private async Task<PeerError> DialAsync(int port, string host = "127.0.0.1", BareNode? node = null, NodeId? expected = null) =>
        (await FailAsync(port, host, node, expected)).Error;

    private async Task<PeerShareException> FailAsync(int port, string host = "127.0.0.1", BareNode? node = null, NodeId? expected = null)
    {
        var target = new DialTarget { Host = host, Port = port, Expected = expected ?? NodeId.FromCertificate(_certificate) };
        var failure = await Assert.ThrowsAsync<PeerShareException>(
            () => (node ?? _node).Dialler.DialAsync(target, NoStreams, CancellationToken.None).Within());
        Assert.NotNull(failure.Detail);
        return failure;
    }
}
