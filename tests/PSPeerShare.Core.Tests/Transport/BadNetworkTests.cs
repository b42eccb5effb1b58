using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class BadNetworkTests : IAsyncLifetime
{
    private readonly BareNode _near = new();
    private readonly BareNode _far = new(Answers.Everything);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }

    [Fact]
    public async Task A_slow_network_changes_nothing_but_the_time()
    {
        const long Total = 2 * 1024 * 1024;
        _far.Handler = Answers.Bytes(Total, 128 * 1024);
        using var proxy = new FaultProxy(_far.Port) { Delay = TimeSpan.FromMilliseconds(20), BytesPerSecond = 20 * 1024 * 1024 };
        PeerConnection connection = await _near.DialAsync(_far.Identity.Id, proxy.Port);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        Assert.Equal(Total, await Answers.ReadBytesAsync(stream));
        Assert.True(await connection.PingAsync().Within() >= TimeSpan.FromMilliseconds(30));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cut_fails_the_streams_of_both_sides_at_once(bool withFin)
    {
        using var proxy = new FaultProxy(_far.Port) { CutAfterBytes = 1024 * 1024, CutsWithFin = withFin };
        PeerConnection near = await _near.DialAsync(_far.Identity.Id, proxy.Port);
        PeerConnection far = await _far.AcceptedAsync();
        await using PeerStream stream = near.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        var failure = await Assert.ThrowsAsync<PeerShareException>(async () =>
        {
            while (await stream.ReceiveAsync().Within() is { } frame)
            {
                frame.Dispose();
            }
        });

        Assert.Equal(PeerError.ConnectionLost, failure.Error);
        Assert.Equal(CloseReason.Cut, (await near.Closed.Within()).Reason);
        Assert.Equal(CloseReason.Cut, (await far.Closed.Within()).Reason);
    }

    [Fact]
    public async Task A_fin_without_a_goodbye_is_a_cut_even_between_two_frames()
    {
        using X509Certificate2 certificate = TestCertificates.Make();
        using HostilePeer peer = await HostilePeer.DialAsync(_far.Port, certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _far.AcceptedAsync();
        PeerStream stream = connection.OpenStream(FrameType.Search, new SearchRequest(), last: true);
        Assert.Equal(FrameType.Search, (await peer.ReceiveAsync())!.Value.Header.Type);
        await peer.SendAsync(FrameType.Entries, new Entries(), stream.Id);

        peer.CutWithFin();

        using InboundFrame? entries = await stream.ReceiveAsync().Within();
        Assert.Equal(FrameType.Entries, entries!.Type);
        await Assert.ThrowsAsync<PeerShareException>(() => stream.ReceiveAsync().Within());
        Assert.Equal(CloseReason.Cut, (await connection.Closed.Within()).Reason);
    }

    [Fact]
    public async Task A_close_notify_without_a_goodbye_is_a_cut_too()
    {
        using X509Certificate2 certificate = TestCertificates.Make();
        using HostilePeer peer = await HostilePeer.DialAsync(_far.Port, certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _far.AcceptedAsync();

        await peer.Tls.ShutdownAsync().Within();

        Assert.Equal(CloseReason.Cut, (await connection.Closed.Within()).Reason);
    }

    [Fact]
    public async Task A_goodbye_and_a_close_notify_are_a_normal_end()
    {
        using X509Certificate2 certificate = TestCertificates.Make();
        using HostilePeer peer = await HostilePeer.DialAsync(_far.Port, certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _far.AcceptedAsync();

        await peer.SendAsync(FrameType.GoingAway, new GoingAway());
        await peer.Tls.ShutdownAsync().Within();

        ConnectionEnd end = await connection.Closed.Within();
        Assert.Equal((CloseReason.Normal, true), (end.Reason, end.IsByRemote));
    }

    [Fact]
    public async Task A_network_that_falls_silent_is_noticed_by_both_sides()
    {
        var clock = new ManualClock();
        await using var near = new BareNode(clock: clock);
        await using var far = new BareNode(clock: clock);
        using var proxy = new FaultProxy(far.Port);
        PeerConnection connection = await near.DialAsync(far.Identity.Id, proxy.Port);
        PeerConnection other = await far.AcceptedAsync();
        await connection.PingAsync().Within();
        await other.PingAsync().Within();
        proxy.StallAfterBytes = 0;

        foreach (int seconds in new[] { 20, 20, 5 })
        {
            await Waiting.UntilAsync(() => connection.BlockedFor == TimeSpan.Zero && other.BlockedFor == TimeSpan.Zero);
            clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal(CloseReason.Dead, (await connection.Closed.Within()).Reason);
        Assert.Equal(CloseReason.Dead, (await other.Closed.Within()).Reason);
    }

    [Fact]
    public async Task The_connection_works_over_any_stream_that_passes_bytes()
    {
        using var relay = new FaultProxy(_far.Port);
        using var socket = await HostilePeer.ConnectAsync(relay.Port);
        var stream = new System.Net.Sockets.NetworkStream(socket);
        var transport = new DuplexTransport(stream, null, socket.Dispose, () => { });

        await using PeerConnection connection = await _near.Dialler.DialOverAsync(
            transport,
            new DialTarget { Host = "relay", Port = 0, Expected = _far.Identity.Id },
            (_, _, _) => Task.CompletedTask,
            CancellationToken.None).Within();

        await connection.PingAsync().Within();
        Assert.Null(connection.RemoteEndPoint);
    }
}
