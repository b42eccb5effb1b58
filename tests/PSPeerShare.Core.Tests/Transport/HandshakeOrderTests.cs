using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>T1: no frame is processed before both sides have accepted each other, on either side.</summary>
public sealed class HandshakeOrderTests : IAsyncLifetime
{
    private readonly X509Certificate2 _certificate = TestCertificates.Make();
    private readonly BareNode _node;
    private int _handled;

    public HandshakeOrderTests() => _node = new BareNode((_, _, _) =>
    {
        Interlocked.Increment(ref _handled);
        return Task.CompletedTask;
    });

    public static TheoryData<string> EarlyFrames => ["instead of HELLO", "after HELLO", "with a guessed HELLO_ACK"];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _certificate.Dispose();
    }

    [Theory]
    [MemberData(nameof(EarlyFrames))]
    public async Task The_acceptor_processes_no_frame_before_hello_ack(string when)
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);

        await SayTooEarlyAsync(peer, when, stream: 1);

        await ExpectRefusalAsync(peer);
        Assert.Equal(0, _handled);
        Assert.Empty(_node.Listener.Connections);
    }

    [Theory]
    [MemberData(nameof(EarlyFrames))]
    public async Task The_dialler_processes_no_frame_before_hello_ack(string when)
    {
        using var listener = new HostileListener();
        Task<PeerConnection> dialling = _node.DialAsync(NodeId.FromCertificate(_certificate), listener.Port);
        using HostilePeer peer = await HostilePeer.AnswerAsync(await listener.AcceptAsync(), _certificate);

        await SayTooEarlyAsync(peer, when, stream: 2);

        await ExpectRefusalAsync(peer);
        var failure = await Assert.ThrowsAsync<PeerShareException>(() => dialling);
        Assert.Equal(PeerError.ProtocolViolation, failure.Error);
        Assert.Equal(0, _handled);
    }

    [Fact]
    public async Task Frames_that_follow_hello_ack_in_the_same_packet_are_processed()
    {
        _node.Handler = Answers.Everything;
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());
        (_, byte[] hello) = (await peer.ReceiveAsync())!.Value;
        Assert.Equal(FrameType.HelloAck, (await peer.ReceiveAsync())!.Value.Header.Type);
        await peer.SendAsync((byte[])
        [
            .. FrameWriter.EncodeFrame(FrameType.HelloAck, FrameFlags.None, 0, new HelloAck { Nonce = Hello.Parser.ParseFrom(hello).Nonce }),
            .. FrameWriter.EncodeFrame(FrameType.Search, FrameFlags.Last, 1, new SearchRequest()),
        ]);

        (FrameHeader header, _) = (await peer.ReceiveAsync())!.Value;

        Assert.Equal((FrameType.ListingEnd, 1u), (header.Type, header.StreamId));
    }

    [Fact]
    public async Task A_second_hello_ends_the_connection()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.GreetAsync();

        await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());

        Assert.Equal(CloseReason.HelloTwice, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task A_hello_ack_that_does_not_repeat_the_nonce_is_refused()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());
        Assert.Equal(FrameType.Hello, (await peer.ReceiveAsync())!.Value.Header.Type);

        await peer.SendAsync(FrameType.HelloAck, new HelloAck { Nonce = Google.Protobuf.ByteString.CopyFrom(new byte[32]) });

        Assert.Equal(CloseReason.BadHello, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task A_hello_that_is_no_message_is_refused()
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);

        await peer.SendAsync(FrameType.Hello, [0xFF, 0xFF, 0xFF]);

        Assert.Equal(CloseReason.BadMessage, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task A_peer_of_no_common_version_is_told_apart()
    {
        using var listener = new HostileListener();
        Task<PeerConnection> dialling = _node.DialAsync(NodeId.FromCertificate(_certificate), listener.Port);
        using HostilePeer peer = await HostilePeer.AnswerAsync(await listener.AcceptAsync(), _certificate);
        Hello old = HostilePeer.MakeHello();
        old.Version = 0;

        await peer.SendAsync(FrameType.Hello, old);

        Assert.Equal(PeerError.ProtocolMismatch, (await Assert.ThrowsAsync<PeerShareException>(() => dialling)).Error);
    }

    // Nothing is answered to an early frame but the goodbye; HELLO may have been on its way already.
    private static async Task ExpectRefusalAsync(HostilePeer peer)
    {
        while (await peer.ReceiveAsync() is { } frame)
        {
            Assert.Contains(frame.Header.Type, new[] { FrameType.Hello, FrameType.HelloAck, FrameType.GoingAway });
            if (frame.Header.Type == FrameType.GoingAway)
            {
                Assert.Equal((uint)CloseReason.BeforeHelloAck, GoingAway.Parser.ParseFrom(frame.Payload).Reason);
            }
        }
    }

    private static async Task SayTooEarlyAsync(HostilePeer peer, string when, uint stream)
    {
        byte[] search = FrameWriter.EncodeFrame(FrameType.Search, FrameFlags.Last, stream, new SearchRequest());
        byte[] hello = FrameWriter.EncodeFrame(FrameType.Hello, FrameFlags.None, 0, HostilePeer.MakeHello());
        byte[] acknowledgement = FrameWriter.EncodeFrame(
            FrameType.HelloAck, FrameFlags.None, 0, new HelloAck { Nonce = Google.Protobuf.ByteString.CopyFrom(new byte[32]) });
        await peer.SendAsync(when switch
        {
            "instead of HELLO" => search,
            "after HELLO" => [.. hello, .. search],
            _ => [.. acknowledgement, .. hello, .. search],
        });
    }
}
