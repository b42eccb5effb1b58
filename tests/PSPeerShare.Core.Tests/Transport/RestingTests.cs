using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>A connection on which nothing happens has no threads, and all that may happen to it then happens as with them.</summary>
public sealed class RestingTests : IAsyncLifetime
{
    private readonly BareNode _near = new();
    private readonly BareNode _far = new(Answers.Everything);
    private PeerConnection _connection = null!;
    private PeerConnection _other = null!;

    public async Task InitializeAsync()
    {
        (_connection, _other) = await _near.ConnectAsync(_far);
        await BothRestAsync();
    }

    public async Task DisposeAsync()
    {
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }

    [Fact]
    public async Task It_answers_a_ping_and_rests_again()
    {
        for (int i = 0; i < 3; i++)
        {
            await _connection.PingAsync().Within();
            await _other.PingAsync().Within();
            await BothRestAsync();
        }
    }

    [Fact]
    public async Task With_a_stream_that_waits_it_rests_and_carries_what_comes_then()
    {
        TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        byte[] content = new byte[8 * 1024 * 1024];
        new Random(5).NextBytes(content);
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            await more.Task;
            foreach (byte[] piece in content.Chunk(50_000))
            {
                await stream.SendDataAsync(PooledBuffer.CopyOf(piece), cancellationToken: cancellationToken);
            }
        };
        await using PeerStream stream = _connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
        await BothRestAsync();

        more.SetResult();

        Assert.Equal(content, await ReadAsync(stream));
        await BothRestAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_ends_with_a_goodbye_that_the_other_side_hears(bool isByFar)
    {
        (PeerConnection ending, PeerConnection hearing) = isByFar ? (_other, _connection) : (_connection, _other);

        ending.Shutdown(CloseReason.ShuttingDown);

        ConnectionEnd end = await hearing.Closed.Within();
        Assert.Equal((CloseReason.ShuttingDown, true), (end.Reason, end.IsByRemote));
        await ending.Closed.Within();
    }

    [Fact]
    public async Task It_takes_leave_without_threads_to_wait_for()
    {
        await _connection.GoAwayAsync(CloseReason.Normal, CancellationToken.None).Within();

        Assert.Equal(CloseReason.Normal, (await _other.Closed.Within()).Reason);
    }

    [Fact]
    public async Task It_is_put_out_without_a_word()
    {
        _connection.Evict();

        Assert.Equal(CloseReason.Evicted, (await _connection.Closed.Within()).Reason);
        await _other.Closed.Within();
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("reset")]
    [InlineData("nonsense")]
    [InlineData("no message")]
    public async Task What_the_other_side_does_ends_it_as_at_any_time(string deed)
    {
        using var certificate = TestCertificates.Make();
        using HostilePeer peer = await HostilePeer.DialAsync(_far.Port, certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _far.AcceptedAsync();
        await Waiting.UntilAsync(() => connection.IsResting);

        switch (deed)
        {
            case "cut":
                peer.CutWithFin();
                break;
            case "reset":
                peer.Reset();
                break;
            case "nonsense":
                await peer.SendAsync(FrameType.Pong, new Pong { Value = 7 });
                break;
            default:
                await peer.SendAsync(FrameType.Ping, [0xFF, 0xFF, 0xFF]);
                break;
        }

        ConnectionEnd end = await connection.Closed.Within();
        Assert.Equal(
            deed switch { "nonsense" => CloseReason.UnexpectedFrame, "no message" => CloseReason.BadMessage, _ => CloseReason.Cut },
            end.Reason);
    }

    [Fact]
    public async Task Half_a_frame_holds_no_thread_and_the_rest_of_it_completes_it()
    {
        using var certificate = TestCertificates.Make();
        using HostilePeer peer = await HostilePeer.DialAsync(_far.Port, certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _far.AcceptedAsync();
        await Waiting.UntilAsync(() => connection.IsResting);
        byte[] ping = FrameWriter.EncodeFrame(FrameType.Ping, FrameFlags.None, 0, new Ping { Value = 1 });

        await peer.SendAsync(ping.AsMemory(0, 5));
        await Waiting.UntilAsync(() => connection.BytesReceived % ping.Length != 0);
        Assert.True(connection.IsResting);
        await peer.SendAsync(ping.AsMemory(5));

        Assert.Equal(1UL, Pong.Parser.ParseFrom((await peer.UntilAsync(FrameType.Pong)).Payload).Value);
    }

    private async Task BothRestAsync() => await Waiting.UntilAsync(() => _connection.IsResting && _other.IsResting);

    private static async Task<byte[]> ReadAsync(PeerStream stream)
    {
        using MemoryStream all = new();
        while (await stream.ReceiveAsync().Within() is { } frame)
        {
            using (frame)
            {
                all.Write(frame.Payload.Span);
            }
        }

        return all.ToArray();
    }
}
