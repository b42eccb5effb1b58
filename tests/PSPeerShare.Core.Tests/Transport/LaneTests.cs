using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>Nobody waits for someone else's large file or slow disk.</summary>
public sealed class LaneTests : IAsyncLifetime
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
    public async Task A_search_is_answered_while_a_bulk_stream_saturates_the_connection()
    {
        PeerConnection connection = await _near.DialAsync(_far);
        await using PeerStream bulk = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
        bulk.SetReceiveWindow(8 * 1024 * 1024);
        long read = 0;
        Task reading = Task.Run(async () =>
        {
            while (await bulk.ReceiveAsync() is { } frame)
            {
                Interlocked.Add(ref read, frame.Payload.Length);
                frame.Dispose();
            }
        });
        await Waiting.UntilAsync(() => Interlocked.Read(ref read) > 4 * 1024 * 1024);

        for (int i = 0; i < 20; i++)
        {
            await using PeerStream search = connection.OpenStream(FrameType.Search, new SearchRequest { Limit = 50 }, last: true);
            int frames = 0;
            while (await search.ReceiveAsync().Within() is { } frame)
            {
                frames++;
                frame.Dispose();
            }
            Assert.Equal(51, frames);
        }

        await bulk.DisposeAsync();
        await Assert.ThrowsAsync<StreamFailedException>(() => reading.Within());
    }

    [Fact]
    public async Task A_reader_that_does_not_read_holds_up_its_own_stream_only()
    {
        PeerConnection connection = await _near.DialAsync(_far);
        List<PeerStream> stuck = [];
        for (int i = 0; i < 8; i++)
        {
            PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
            stream.SetReceiveWindow(1024 * 1024);
            stuck.Add(stream);
        }

        _far.Handler = Answers.Bytes(8 * 1024 * 1024, 256 * 1024);
        await using PeerStream honest = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        Assert.Equal(8 * 1024 * 1024, await Answers.ReadBytesAsync(honest));
        Assert.True(connection.IsUsable);
    }

    [Fact]
    public async Task Interactive_frames_leave_before_bulk_frames_and_each_lane_keeps_its_order()
    {
        var queue = new OutboundQueue();
        await queue.ReserveAsync(isBulk: true, 10, CancellationToken.None);
        queue.Enqueue(isBulk: true, Numbered(1));
        queue.Enqueue(isBulk: true, Numbered(2));
        queue.Enqueue(isBulk: false, Numbered(3));
        queue.EnqueueOpening(() => Numbered(4));

        Assert.Equal([3u, 4u, 1u, 2u], Drain(queue));
    }

    [Fact]
    public async Task A_full_bulk_lane_makes_bulk_senders_wait_in_order_and_leaves_room_for_the_others()
    {
        var queue = new OutboundQueue();
        await queue.ReserveAsync(isBulk: true, Limits.OutboundBulkBytes, CancellationToken.None);
        queue.Enqueue(isBulk: true, Numbered(1, Limits.OutboundBulkBytes));

        ValueTask second = queue.ReserveAsync(isBulk: true, 100, CancellationToken.None);
        ValueTask third = queue.ReserveAsync(isBulk: true, 1, CancellationToken.None);
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted);
        Assert.True(queue.ReserveAsync(isBulk: false, 100, CancellationToken.None).IsCompletedSuccessfully);

        Assert.True(queue.TryDequeue(out _));
        await second.Within();
        await third.Within();
    }

    [Fact]
    public async Task A_sender_that_stops_waiting_leaves_its_place_to_the_next()
    {
        var queue = new OutboundQueue();
        await queue.ReserveAsync(isBulk: true, Limits.OutboundBulkBytes, CancellationToken.None);
        queue.Enqueue(isBulk: true, Numbered(1, Limits.OutboundBulkBytes));
        using var cancel = new CancellationTokenSource();
        ValueTask second = queue.ReserveAsync(isBulk: true, Limits.OutboundBulkBytes, cancel.Token);
        ValueTask third = queue.ReserveAsync(isBulk: true, 1, CancellationToken.None);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Within());
        queue.TryDequeue(out _);

        await third.Within();
    }

    [Fact]
    public async Task A_closed_queue_keeps_the_last_word_and_fails_everyone_who_waits()
    {
        var queue = new OutboundQueue();
        await queue.ReserveAsync(isBulk: true, Limits.OutboundBulkBytes, CancellationToken.None);
        PooledBuffer payload = PooledBuffer.Rent(10);
        queue.Enqueue(isBulk: true, new OutboundFrame(new FrameHeader(10, FrameType.Data, FrameFlags.None, 1), payload));
        ValueTask waiting = queue.ReserveAsync(isBulk: true, 1, CancellationToken.None);

        queue.Close(Numbered(9), new PeerShareException(PeerError.ConnectionLost));

        await Assert.ThrowsAsync<PeerShareException>(() => waiting.Within());
        Assert.Throws<ObjectDisposedException>(() => payload.Memory);
        Assert.False(queue.Enqueue(isBulk: false, Numbered(5)));
        Assert.Throws<PeerShareException>(() => queue.EnqueueOpening(() => Numbered(6)));
        Assert.Equal(OutboundWait.Frame, queue.WaitForFrame(Timeout.InfiniteTimeSpan));
        Assert.Equal([9u], Drain(queue));
        Assert.Equal(OutboundWait.Closed, queue.WaitForFrame(Timeout.InfiniteTimeSpan));
    }

    private static OutboundFrame Numbered(uint id, int reserved = 0) =>
        new(new FrameHeader(0, FrameType.Data, FrameFlags.None, id), null, ReservedBytes: reserved);

    private static List<uint> Drain(OutboundQueue queue)
    {
        var ids = new List<uint>();
        while (queue.TryDequeue(out OutboundFrame frame))
        {
            ids.Add(frame.Header.StreamId);
        }
        return ids;
    }
}
