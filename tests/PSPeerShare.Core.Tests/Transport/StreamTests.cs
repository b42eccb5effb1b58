using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class StreamTests : IAsyncLifetime
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
    public async Task A_request_is_answered_frame_by_frame_to_its_end()
    {
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream stream = connection.OpenStream(FrameType.Search, new SearchRequest { Limit = 3 }, last: true);

        for (int i = 0; i < 3; i++)
        {
            using InboundFrame frame = (await stream.ReceiveAsync().Within())!;
            Assert.Equal(i, frame.Parse(Entries.Parser).Entries_.Single().Length);
        }
        using InboundFrame end = (await stream.ReceiveAsync().Within())!;
        Assert.Equal(3u, end.Parse(ListingEnd.Parser).Entries);
        Assert.True(end.IsLast);
        Assert.Null(await stream.ReceiveAsync().Within());
        Assert.Null(await stream.ReceiveAsync().Within());
    }

    [Fact]
    public async Task Each_side_may_open_streams_whoever_dialled()
    {
        _near.Handler = Answers.Everything;
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);

        foreach (PeerConnection side in new[] { near, far, near, far })
        {
            await using PeerStream stream = side.OpenStream(FrameType.Search, new SearchRequest(), last: true);
            Assert.Equal(side == near, stream.Id % 2 == 1);
            using InboundFrame? end = await stream.ReceiveAsync().Within();
            Assert.Equal(FrameType.ListingEnd, end!.Type);
        }
    }

    [Fact]
    public async Task Both_ends_know_who_is_there_and_the_same_nonces()
    {
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);

        Assert.Equal(_far.Identity.Id, near.RemoteId);
        Assert.Equal(_near.Identity.Id, far.RemoteId);
        Assert.True(near.IsDialler);
        Assert.False(far.IsDialler);
        Assert.Equal(near.LocalNonce, far.RemoteNonce);
        Assert.Equal(near.RemoteNonce, far.LocalNonce);
        Assert.NotEqual(near.LocalNonce, near.RemoteNonce);
        Assert.Equal(Limits.NonceBytes, near.LocalNonce.Length);
        Assert.Equal(Alpn.Main, near.Alpn);
        Assert.Equal(System.Security.Authentication.SslProtocols.Tls13, near.Tls.Protocol);
        Assert.Equal("test", near.RemoteHello.NodeName);
    }

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    [InlineData((1024 * 1024) - 1000)]
    public async Task Every_byte_of_a_large_answer_arrives_in_order(int frame)
    {
        const long Total = 40L * 1024 * 1024;
        _far.Handler = Answers.Bytes(Total, frame / 8 * 8);
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
        stream.SetReceiveWindow(4 * 1024 * 1024);

        Assert.Equal(Total, await Answers.ReadBytesAsync(stream));
        Assert.InRange(connection.BytesReceived, Total, Total + (Total / 100));
    }

    [Fact]
    public async Task Data_larger_than_the_credit_is_sent_in_pieces()
    {
        _far.Handler = Answers.Bytes(1024 * 1024, 1024 * 1024);
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        Assert.Equal(1024 * 1024, await Answers.ReadBytesAsync(stream));
    }

    [Fact]
    public async Task Without_credit_a_sender_waits_and_goes_on_when_the_reader_reads()
    {
        long sent = 0;
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            for (int i = 0; i < 100; i++)
            {
                await stream.SendDataAsync(PooledBuffer.Rent(64 * 1024), last: i == 99, cancellationToken);
                Interlocked.Increment(ref sent);
            }
        };
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream slow = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        // The answer to a later request proves that the sender has had its turn.
        await connection.PingAsync().Within();
        await connection.PingAsync().Within();
        Assert.InRange(Interlocked.Read(ref sent), 0, (Limits.InitialCreditBytes / (64 * 1024)) + 1);

        long read = 0;
        while (await slow.ReceiveAsync().Within() is { } frame)
        {
            read += frame.Payload.Length;
            frame.Dispose();
        }
        Assert.Equal(100 * 64 * 1024, read);
    }

    [Fact]
    public async Task A_failing_handler_fails_its_stream_and_not_the_connection()
    {
        _far.Handler = (_, opening, _) => opening.Type == FrameType.Browse
            ? throw new InvalidOperationException("secret path /srv/private")
            : throw new PeerShareException(PeerError.FileNotFound, "/srv/private");
        PeerConnection connection = await _near.DialAsync(_far);

        await using PeerStream first = connection.OpenStream(FrameType.Browse, new BrowseRequest(), last: true);
        var failed = await Assert.ThrowsAsync<StreamFailedException>(() => first.ReceiveAsync().Within());
        Assert.Equal(WireError.Internal, failed.Error);
        Assert.Null(failed.Detail);

        await using PeerStream second = connection.OpenStream(FrameType.Search, new SearchRequest(), last: true);
        Assert.Equal(WireError.NotFound, (await Assert.ThrowsAsync<StreamFailedException>(() => second.ReceiveAsync().Within())).Error);
        Assert.True(connection.IsUsable);
    }

    [Fact]
    public async Task What_was_sent_before_an_error_is_read_before_it()
    {
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            await stream.SendAsync(FrameType.Entries, new Entries(), cancellationToken: cancellationToken);
            throw new StreamFailedException(WireError.Changed, "line\u001b[2J");
        };
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream stream = connection.OpenStream(FrameType.Search, new SearchRequest(), last: true);

        using InboundFrame? entries = await stream.ReceiveAsync().Within();
        Assert.Equal(FrameType.Entries, entries!.Type);
        var failed = await Assert.ThrowsAsync<StreamFailedException>(() => stream.ReceiveAsync().Within());
        Assert.Equal(WireError.Changed, failed.Error);
        Assert.DoesNotContain('\u001b', failed.Detail!);
    }

    [Fact]
    public async Task Giving_a_stream_up_stops_the_one_who_answers_and_frees_the_stream()
    {
        var stopped = new TaskCompletionSource();
        _far.Handler = async (stream, opening, cancellationToken) =>
        {
            try
            {
                await Answers.Everything(stream, opening, cancellationToken);
            }
            finally
            {
                stopped.TrySetResult();
            }
        };
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);
        PeerStream stream = near.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
        (await stream.ReceiveAsync().Within())!.Dispose();

        await stream.DisposeAsync();

        await stopped.Task.Within();
        await Waiting.UntilAsync(() => near.OpenStreams == 0 && far.OpenStreams == 0);
        await Assert.ThrowsAsync<StreamFailedException>(() => stream.ReceiveAsync().Within());
        await near.PingAsync().Within();
    }

    [Fact]
    public async Task A_refused_push_ends_the_senders_stream_too()
    {
        _far.Handler = (_, _, _) => throw new StreamFailedException(WireError.Refused);
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream stream = connection.OpenStream(FrameType.Push, new PushRequest(), last: false, bulk: true);

        var failed = await Assert.ThrowsAsync<StreamFailedException>(async () =>
        {
            while (true)
            {
                await stream.SendDataAsync(PooledBuffer.Rent(64 * 1024)).Within();
            }
        });

        Assert.Equal(WireError.Refused, failed.Error);
        await Waiting.UntilAsync(() => connection.OpenStreams == 0);
    }

    [Fact]
    public async Task Streams_beyond_32_wait_for_their_turn_at_the_caller()
    {
        _far.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        PeerConnection connection = await _near.DialAsync(_far);
        List<PeerStream> streams = [.. Enumerable.Range(0, Limits.StreamsPerSide).Select(_ => Ask(connection))];

        Assert.Equal(PeerError.PeerBusy, Assert.Throws<PeerShareException>(() => Ask(connection)).Error);

        await streams[5].DisposeAsync();
        await Waiting.UntilAsync(() => connection.OpenStreams < Limits.StreamsPerSide);
        await using PeerStream another = Ask(connection);
        await connection.PingAsync().Within();
        Assert.True(connection.IsUsable);
    }

    [Fact]
    public async Task A_thousand_short_streams_leave_nothing_behind()
    {
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);

        for (int i = 0; i < 1000; i++)
        {
            await using PeerStream stream = near.OpenStream(FrameType.Control, new ControlRequest(), last: true);
            (await stream.ReceiveAsync().Within())!.Dispose();
            Assert.Null(await stream.ReceiveAsync().Within());
        }

        await Waiting.UntilAsync(() => near.OpenStreams == 0 && far.OpenStreams == 0);
    }

    [Fact]
    public async Task Waiting_for_a_frame_can_be_cancelled_and_resumed()
    {
        var go = new TaskCompletionSource();
        _far.Handler = async (stream, opening, cancellationToken) =>
        {
            await go.Task.WaitAsync(cancellationToken);
            await Answers.Everything(stream, opening, cancellationToken);
        };
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream stream = Ask(connection);
        using var cancel = new CancellationTokenSource();
        Task waiting = stream.ReceiveAsync(cancel.Token).AsTask();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());

        go.SetResult();
        using InboundFrame? frame = await stream.ReceiveAsync().Within();
        Assert.Equal(FrameType.ControlAnswer, frame!.Type);
    }

    private static PeerStream Ask(PeerConnection connection) =>
        connection.OpenStream(FrameType.Control, new ControlRequest(), last: true);
}
