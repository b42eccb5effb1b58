using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>D2: every state has a deadline. The clock moves by hand.</summary>
public sealed class DeadlineTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private readonly X509Certificate2 _certificate = TestCertificates.Make();
    private readonly BareNode _node;

    public DeadlineTests() => _node = new BareNode(Answers.Everything, _clock);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task A_caller_that_says_nothing_has_3_seconds()
    {
        using Socket socket = await HostilePeer.ConnectAsync(_node.Port);
        await Waiting.UntilAsync(() => _node.Listener.Strangers == 1);

        _clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(1, _node.Listener.Strangers);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        await ExpectHangUpAsync(socket);
    }

    [Fact]
    public async Task A_caller_that_stops_in_the_middle_of_its_client_hello_has_3_seconds()
    {
        using Socket socket = await HostilePeer.ConnectAsync(_node.Port);
        await socket.SendAsync(new byte[] { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00 });
        await Waiting.UntilAsync(() => _node.Listener.Strangers == 1);

        _clock.Advance(Limits.ClientHello);

        await ExpectHangUpAsync(socket);
    }

    [Fact]
    public async Task A_caller_that_never_says_hello_has_15_seconds_from_accept()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        Assert.Equal(FrameType.Hello, (await peer.ReceiveAsync())!.Value.Header.Type);

        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.Empty(_node.Listener.Connections);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await peer.ReceiveAsync());
        await Waiting.UntilAsync(() => _node.Listener.Strangers == 0);
    }

    [Fact]
    public async Task A_caller_that_never_acknowledges_has_15_seconds_from_accept()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());
        await peer.ReceiveAsync();
        Assert.Equal(FrameType.HelloAck, (await peer.ReceiveAsync())!.Value.Header.Type);

        _clock.Advance(Limits.AcceptToHelloAck);

        Assert.Null(await peer.ReceiveAsync());
        Assert.Empty(_node.Listener.Connections);
    }

    [Fact]
    public async Task A_refused_stranger_cannot_stay()
    {
        _node.Authorise = (_, _) => AcceptVerdict.NotTrusted;
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        Assert.Equal(CloseReason.NotTrusted, await peer.ReadGoodbyeAsync());
        Assert.Equal(1, _node.Listener.Strangers);

        _clock.Advance(Limits.AcceptToHelloAck);

        await Waiting.UntilAsync(() => _node.Listener.Strangers == 0);
    }

    [Fact]
    public async Task A_pairing_session_has_30_seconds()
    {
        _node.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate, Alpn.Pair);
        await peer.GreetAsync();
        await peer.SendAsync(FrameType.PairStep, new PairStep(), 1);
        await ExpectPongAsync(peer);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await ExpectPongAsync(peer);
        _clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(CloseReason.PairTimeOver, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task An_idle_connection_is_pinged_after_15_seconds_and_given_up_after_45()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _node.AcceptedAsync();
        await ExpectPongAsync(peer);

        _clock.Advance(TimeSpan.FromSeconds(15));
        (FrameHeader header, byte[] payload) = (await peer.ReceiveAsync())!.Value;
        Assert.Equal(FrameType.Ping, header.Type);
        await peer.SendAsync(FrameType.Pong, new Pong { Value = Ping.Parser.ParseFrom(payload).Value });
        await Waiting.UntilAsync(() => connection.IdleFor < TimeSpan.FromSeconds(15));

        foreach (int seconds in new[] { 15, 15, 14 })
        {
            await Waiting.UntilAsync(() => connection.BlockedFor == TimeSpan.Zero);
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            Assert.True(connection.IsUsable);
            if (seconds == 15)
            {
                Assert.Equal(FrameType.Ping, (await peer.ReceiveAsync())!.Value.Header.Type);
            }
        }
        await Waiting.UntilAsync(() => connection.BlockedFor == TimeSpan.Zero);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(CloseReason.Dead, (await connection.Closed.Within()).Reason);
    }

    [Fact]
    public async Task Two_nodes_keep_an_idle_connection_alive()
    {
        await using var other = new BareNode(clock: _clock);
        (PeerConnection near, PeerConnection far) = await other.ConnectAsync(_node);

        for (int i = 0; i < 20; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(16));
            await Waiting.UntilAsync(() => near.IdleFor < Limits.IdlePing && far.IdleFor < Limits.IdlePing);
            await Waiting.UntilAsync(() => near.BlockedFor == TimeSpan.Zero && far.BlockedFor == TimeSpan.Zero);
        }

        Assert.True(near.IsUsable && far.IsUsable);
        Assert.True(near.LastRoundTrip >= TimeSpan.Zero);
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_for_30_seconds_is_given_up()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _node.AcceptedAsync();
        await peer.SendAsync(FrameType.Fetch, new FetchRequest(), 1);
        await peer.SendAsync(FrameType.Credit, new Credit { Bytes = 1024 * 1024 * 1024 }, 1);

        // It goes on pinging, so it is not dead; it only never reads.
        Task closed = connection.Closed;
        while (!closed.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(closed, Task.Delay(10)).Within();
            if (!closed.IsCompleted && _clock.GetTimestamp() % TimeSpan.FromSeconds(20).Ticks == 0)
            {
                await peer.Tls.WriteAsync(FrameWriter.EncodeFrame(FrameType.Credit, FrameFlags.None, 1, new Credit { Bytes = 1 }));
            }
        }

        Assert.Equal(CloseReason.WriteStalled, (await connection.Closed).Reason);
    }

    [Fact]
    public async Task A_peer_that_sends_a_frame_byte_by_byte_is_given_up()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _node.AcceptedAsync();
        await ExpectPongAsync(peer);
        byte[] frame = FrameWriter.EncodeFrame(FrameType.Search, FrameFlags.None, 1, new byte[100]);

        foreach (byte value in frame)
        {
            if (connection.Closed.IsCompleted || !connection.IsUsable)
            {
                break;
            }
            long before = connection.BytesReceived;
            await peer.SendAsync((byte[])[value]);
            await Waiting.UntilAsync(() => connection.BytesReceived > before || !connection.IsUsable);
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(CloseReason.ReadStalled, (await connection.Closed.Within()).Reason);
    }

    [Fact]
    public async Task A_peer_that_does_not_hang_up_after_the_goodbye_is_cut_off()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _node.AcceptedAsync();
        await ExpectPongAsync(peer);

        connection.Shutdown(CloseReason.TrustRevoked);
        Assert.Equal(CloseReason.TrustRevoked, await peer.ReadGoodbyeAsync());
        Assert.False(connection.Closed.IsCompleted);
        _clock.Advance(Limits.CloseLinger);

        Assert.Equal(CloseReason.TrustRevoked, (await connection.Closed.Within()).Reason);
    }

    // Proves that the node's connection is fully up, its timers included, before the clock moves.
    private static async Task ExpectPongAsync(HostilePeer peer)
    {
        await peer.SendAsync(FrameType.Ping, new Ping());
        Assert.Equal(FrameType.Pong, (await peer.ReceiveAsync())!.Value.Header.Type);
    }

    private async Task ExpectHangUpAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], SocketFlags.None).Within());
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
        await Waiting.UntilAsync(() => _node.Listener.Strangers == 0);
    }
}
