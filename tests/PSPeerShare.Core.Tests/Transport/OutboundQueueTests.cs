using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class OutboundQueueTests
{
    [Fact]
    public void A_late_piece_does_not_free_the_buffer_under_the_writer()
    {
        OutboundQueue queue = new();
        PooledBuffer buffer = PooledBuffer.Rent(1000);
        queue.Enqueue(isBulk: true, Piece(buffer, 0, 600, isEnd: false));
        Assert.True(queue.TryDequeue(out OutboundFrame underWay));

        // The connection ends while the sender has room already and has not enqueued yet.
        queue.Close(null, new IOException());
        Assert.False(queue.Enqueue(isBulk: true, Piece(buffer, 600, 400, isEnd: true)));

        Assert.Equal(600, underWay.PayloadSpan.Length);
    }

    [Fact]
    public void A_late_buffer_that_is_one_piece_goes_back_to_the_pool()
    {
        OutboundQueue queue = new();
        queue.Close(null, new IOException());
        PooledBuffer buffer = PooledBuffer.Rent(10);

        Assert.False(queue.Enqueue(isBulk: true, Piece(buffer, 0, 10, isEnd: true)));

        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    }

    [Fact]
    public void A_writer_that_has_left_is_started_once_for_what_comes_then()
    {
        int started = 0;
        OutboundQueue queue = new(() => started++);
        Assert.Equal(OutboundWait.Quiet, queue.WaitForFrame(TimeSpan.Zero));
        Assert.True(queue.IsWriterAway);

        queue.Enqueue(isBulk: false, Piece(PooledBuffer.Rent(10), 0, 10, isEnd: true));
        queue.Enqueue(isBulk: true, Piece(PooledBuffer.Rent(10), 0, 10, isEnd: true));

        Assert.Equal((1, false), (started, queue.IsWriterAway));
        Assert.Equal(OutboundWait.Frame, queue.WaitForFrame(TimeSpan.Zero));
    }

    [Fact]
    public void A_writer_that_has_left_is_started_for_the_last_word()
    {
        int started = 0;
        OutboundQueue queue = new(() => started++);
        queue.WaitForFrame(TimeSpan.Zero);

        queue.Close(null, new IOException());

        Assert.Equal(1, started);
        Assert.Equal(OutboundWait.Closed, queue.WaitForFrame(TimeSpan.Zero));
    }

    private static OutboundFrame Piece(PooledBuffer buffer, int offset, int length, bool isEnd) =>
        new(new FrameHeader(length, FrameType.Data, FrameFlags.None, 1), buffer, offset, OwnsPayload: isEnd);
}
