using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class WindowTests
{
    [Fact]
    public void The_windows_of_a_connection_never_exceed_32_MiB()
    {
        Assert.Equal(
            Limits.ConnectionWindowBytes,
            Limits.ConnectionExtraWindowBytes + (2 * Limits.StreamsPerSide * Limits.InitialCreditBytes));
    }

    [Fact]
    public void A_budget_gives_what_is_left_in_it_and_in_the_one_above()
    {
        var node = new WindowBudget(100);
        var first = new WindowBudget(80, node);
        var second = new WindowBudget(80, node);

        Assert.Equal(60, first.Take(60));
        Assert.Equal(20, first.Take(60));
        Assert.Equal(20, second.Take(60));
        Assert.Equal(0, second.Take(60));
        first.GiveBack(50);
        Assert.Equal(50, second.Take(60));
        Assert.Equal(0, first.Take(1));
        second.GiveBack(70);
        Assert.Equal(50, first.Take(100));
    }

    [Fact]
    public async Task Larger_windows_are_given_back_with_their_streams()
    {
        await using var near = new BareNode();
        await using var far = new BareNode((_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        PeerConnection connection = await near.DialAsync(far);

        for (int i = 0; i < 20; i++)
        {
            await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
            stream.SetReceiveWindow(Limits.ConnectionWindowBytes);
            Assert.Equal(0, connection.Window.Take(1));
            await stream.DisposeAsync();
            await Waiting.UntilAsync(() => connection.OpenStreams == 0);
        }

        Assert.Equal(Limits.ConnectionExtraWindowBytes, connection.Window.Take(long.MaxValue));
    }

    [Fact]
    public async Task A_larger_window_lets_more_arrive_before_anyone_reads()
    {
        await using var near = new BareNode();
        await using var far = new BareNode(Answers.Everything);
        PeerConnection connection = await near.DialAsync(far);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        stream.SetReceiveWindow(4 * 1024 * 1024);

        await Waiting.UntilAsync(() => connection.BytesReceived > 3 * 1024 * 1024);
        await connection.PingAsync().Within();
        Assert.InRange(connection.BytesReceived, 0, (4 * 1024 * 1024) + 1000);
    }

    [Fact]
    public async Task The_window_of_bulk_data_grows_over_a_distance()
    {
        await using var near = new BareNode();
        await using var far = new BareNode(Answers.Bytes(64L * 1024 * 1024, 256 * 1024));
        using var proxy = new FaultProxy(far.Port) { Delay = TimeSpan.FromMilliseconds(30) };
        PeerConnection connection = await near.DialAsync(far.Identity.Id, proxy.Port);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        stream.SetBulkWindow(rateLimit: null);
        long atFirst = connection.Window.Take(long.MaxValue);
        connection.Window.GiveBack(atFirst);
        for (long read = 0; read < 48L * 1024 * 1024;)
        {
            using InboundFrame? frame = await stream.ReceiveAsync().Within();
            read += frame!.Payload.Length;
        }

        Assert.True(atFirst > 0);
        Assert.InRange(connection.Window.Take(long.MaxValue), 0, atFirst - (4 * 1024 * 1024));
    }

    [Fact]
    public async Task The_window_of_bulk_data_grows_no_further_than_a_rate_limit_can_use()
    {
        const long Limit = 5 * 1024 * 1024;
        await using var near = new BareNode();
        await using var far = new BareNode(Answers.Bytes(64L * 1024 * 1024, 256 * 1024));
        using var proxy = new FaultProxy(far.Port) { Delay = TimeSpan.FromMilliseconds(30) };
        PeerConnection connection = await near.DialAsync(far.Identity.Id, proxy.Port);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        stream.SetBulkWindow(Limit);
        for (long read = 0; read < 48L * 1024 * 1024;)
        {
            using InboundFrame? frame = await stream.ReceiveAsync().Within();
            read += frame!.Payload.Length;
        }

        Assert.InRange(connection.Window.Take(long.MaxValue), Limits.ConnectionExtraWindowBytes - Limit, Limits.ConnectionExtraWindowBytes);
    }

    [Fact]
    public async Task Of_a_large_window_a_megabyte_goes_back_as_soon_as_it_was_read()
    {
        const long Window = 8 * 1024 * 1024;
        const long Lump = 1024 * 1024;
        await using var near = new BareNode();
        await using var far = new BareNode(Answers.Bytes(64L * 1024 * 1024, 64 * 1024));
        PeerConnection connection = await near.DialAsync(far);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
        stream.SetReceiveWindow(Window);
        await Waiting.UntilAsync(() => connection.BytesReceived > Window - Lump);

        for (long read = 0; read < Lump + (Lump / 4);)
        {
            using InboundFrame? frame = await stream.ReceiveAsync().Within();
            read += frame!.Payload.Length;
        }

        // Half of a lump is more than the frames' headers and the last frame that did not fit.
        await Waiting.UntilAsync(() => connection.BytesReceived > Window + (Lump / 2));
    }

    [Fact]
    public async Task The_window_of_bulk_data_stays_small_where_the_link_is_what_is_waited_for()
    {
        await using var near = new BareNode();
        await using var far = new BareNode(Answers.Bytes(10L * 1024 * 1024, 64 * 1024));
        using var proxy = new FaultProxy(far.Port) { BytesPerSecond = 8L * 1024 * 1024 };
        PeerConnection connection = await near.DialAsync(far.Identity.Id, proxy.Port);
        await connection.PingAsync().Within();
        await connection.PingAsync().Within();
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);

        stream.SetBulkWindow(rateLimit: null);
        long atFirst = connection.Window.Take(long.MaxValue);
        connection.Window.GiveBack(atFirst);
        for (long read = 0; read < 9L * 1024 * 1024;)
        {
            using InboundFrame? frame = await stream.ReceiveAsync().Within();
            read += frame!.Payload.Length;
        }

        Assert.Equal(atFirst, connection.Window.Take(long.MaxValue));
    }
}
