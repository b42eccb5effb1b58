using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>D2: whoever owes something and sends nothing, or a drip, is given up after a time. The clock moves by hand.</summary>
public sealed class StallTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private readonly TempFolder _folder = new();
    private readonly BareNode _near;
    private readonly BareNode _far;
    private PeerConnection _connection = null!;

    public StallTests()
    {
        _near = new BareNode(clock: _clock);
        _far = new BareNode(clock: _clock);
    }

    public async Task InitializeAsync() => (_connection, _) = await _near.ConnectAsync(_far);

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("a drip")]
    [InlineData("empty data")]
    [InlineData("everything but the end")]
    public async Task A_fetch_from_a_peer_that_sends_nothing_worth_waiting_for_fails(string sent)
    {
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            await stream.ReceiveAsync(cancellationToken);
            await stream.SendAsync(FrameType.ItemHeader, new ItemHeader { Length = 1_000_000 }, cancellationToken: cancellationToken);
            if (sent == "everything but the end")
            {
                await stream.SendDataAsync(PooledBuffer.Rent(1_000_000), cancellationToken: cancellationToken);
            }

            while (sent is "a drip" or "empty data")
            {
                await stream.SendDataAsync(PooledBuffer.Rent(sent == "a drip" ? 1 : 0), cancellationToken: cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(1), _clock, cancellationToken);
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        };

        Task<TransferInfo> fetching = FetchAsync();

        await AdvanceUntilAsync(() => fetching.IsCompleted);
        Assert.Equal(PeerError.TransferStalled, (await fetching).Error?.Error);
        Assert.Empty(Directory.EnumerateFiles(_folder["in"], "*", SearchOption.AllDirectories));
        Assert.True(_connection.IsUsable);
    }

    [Fact]
    public async Task A_job_whose_files_have_all_come_does_not_wait_for_ever_for_the_end_of_the_stream()
    {
        byte[] content = [1, 2, 3];
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            await stream.ReceiveAsync(cancellationToken);
            await stream.SendAsync(FrameType.ItemHeader, new ItemHeader { Length = content.Length }, cancellationToken: cancellationToken);
            await stream.SendDataAsync(PooledBuffer.CopyOf(content), cancellationToken: cancellationToken);
            await stream.SendAsync(FrameType.ItemEnd, new ItemEnd { Root = ByteString.CopyFrom(HostileTalk.RootOf(content)) }, cancellationToken: cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };

        Task<TransferInfo> fetching = FetchAsync();

        // Before it has come, the peer owes it.
        await Waiting.UntilAsync(() => Directory.Exists(_folder["in"]) && Directory.EnumerateFiles(_folder["in"]).Any());
        await AdvanceUntilAsync(() => fetching.IsCompleted);
        Assert.Equal(TransferStatus.Completed, (await fetching).Status);
    }

    [Fact]
    public async Task A_pushed_file_that_does_not_come_is_given_up_and_leaves_nothing()
    {
        string inbox = Directory.CreateDirectory(_folder["inbox"]).FullName;
        PushResponder responder = new(
            () => SafeRoot.Open(inbox), _ => "peer", _ => true, new InboxQuota(() => new InboxLimits()), NoContentIndex.Instance, new SlowWork(1, 1), new TransferCounters(), EventLog.Null, AuditLog.Null);
        _far.Handler = responder.PushAsync;
        await using PeerStream stream = _connection.OpenStream(FrameType.Push, new PushRequest(), last: false);
        PushItem item = new() { Length = 1_000_000, Segments = { ByteString.CopyFromUtf8("a.bin") } };
        await stream.SendAsync(FrameType.PushOffer, new PushOffer { Items = { item } });
        (await stream.ReceiveAsync().Within())!.Dispose();
        await stream.SendAsync(FrameType.ItemHeader, new ItemHeader { Length = 1_000_000 });
        await stream.SendDataAsync(PooledBuffer.Rent(100_000));

        Task reading = Task.Run(async () =>
        {
            while (await stream.ReceiveAsync() is { } frame)
            {
                frame.Dispose();
            }
        });

        await AdvanceUntilAsync(() => reading.IsCompleted);
        await Assert.ThrowsAsync<StreamFailedException>(() => reading);
        Assert.Empty(Directory.EnumerateFiles(inbox, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Waiting_without_a_debt_is_no_stall()
    {
        _far.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        await using PeerStream stream = _connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: false);
        bool isOwed = false;
        StallWatch watch = new(stream, () => isOwed);

        Task<InboundFrame?> arrival = watch.ReceiveAsync(CancellationToken.None).AsTask();
        long start = _clock.GetTimestamp();
        await AdvanceUntilAsync(() => arrival.IsCompleted || _clock.GetElapsedTime(start) > TimeSpan.FromMinutes(3));
        Assert.False(arrival.IsCompleted);

        isOwed = true;
        await AdvanceUntilAsync(() => arrival.IsCompleted);
        Assert.Equal(PeerError.TransferStalled, (await Assert.ThrowsAsync<PeerShareException>(() => arrival)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_listing_that_brings_nothing_for_ever_is_given_up(bool isKeptAlive)
    {
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            while (isKeptAlive)
            {
                await stream.SendAsync(FrameType.Entries, new Entries(), cancellationToken: cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(20), _clock, cancellationToken);
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        PeerSession session = new(_connection, "peer");

        Task searching = Task.Run(async () =>
        {
            await foreach (IReadOnlyList<Listed> _ in session.SearchAsync(new SearchRequest(), TimeSpan.FromSeconds(200), CancellationToken.None))
            {
            }
        });

        await AdvanceUntilAsync(() => searching.IsCompleted);
        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(() => searching);
        Assert.Equal(isKeptAlive ? PeerError.ProtocolViolation : PeerError.ConnectTimeout, failure.Error);
    }

    [Fact]
    public async Task A_description_that_does_not_come_is_given_up()
    {
        Directory.CreateDirectory(_folder["in"]);
        File.WriteAllBytes(_folder["in", "a.bin"], new byte[1_000_000]);
        _far.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        Task<TransferInfo> fetching = FetchAsync();

        await AdvanceUntilAsync(() => fetching.IsCompleted);
        Assert.Equal(PeerError.ConnectTimeout, (await fetching).Error?.Error);
    }

    [Fact]
    public async Task Streams_that_are_opened_and_dropped_do_not_pile_up_answers()
    {
        TaskCompletionSource gate = new();
        int running = 0;
        int most = 0;
        _far.Handler = async (_, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await gate.Task;
            Interlocked.Decrement(ref running);
        };

        for (int i = 0; i < 40; i++)
        {
            List<PeerStream> streams = [.. Enumerable.Range(0, 16).Select(_ => _connection.OpenStream(FrameType.Search, new SearchRequest(), last: true))];
            foreach (PeerStream stream in streams)
            {
                await stream.DisposeAsync();
            }

            await Waiting.UntilAsync(() => _connection.OpenStreams == 0);
        }

        Assert.InRange(most, 1, Limits.Answers);
        gate.SetResult();
        await Waiting.UntilAsync(() => Volatile.Read(ref running) == 0);
        Assert.True(_connection.IsUsable);
    }

    [Fact]
    public async Task A_slow_peer_that_keeps_moving_is_no_stall()
    {
        using SemaphoreSlim turn = new(0);
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            while (true)
            {
                await turn.WaitAsync(cancellationToken);
                await stream.SendDataAsync(PooledBuffer.Rent(4096), cancellationToken: cancellationToken);
            }
        };
        await using PeerStream stream = _connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: false);
        StallWatch watch = new(stream, () => true);

        for (int i = 0; i < 60; i++)
        {
            Task<InboundFrame?> arrival = watch.ReceiveAsync(CancellationToken.None).AsTask();
            _clock.Advance(TimeSpan.FromSeconds(2));
            turn.Release();
            using InboundFrame frame = (await arrival.Within())!;
            watch.Arrived(frame.Payload.Length);
        }
    }

    [Fact]
    public async Task A_sender_without_credit_is_no_stall()
    {
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            while (true)
            {
                await stream.SendDataAsync(PooledBuffer.Rent(50_000), cancellationToken: cancellationToken);
            }
        };
        await using PeerStream stream = _connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: false);
        StallWatch watch = new(stream, () => true);
        List<InboundFrame> held = [];
        Task<InboundFrame?> arrival = watch.ReceiveAsync(CancellationToken.None).AsTask();
        while (held.Count < 5)
        {
            held.Add((await arrival.Within())!);
            arrival = watch.ReceiveAsync(CancellationToken.None).AsTask();
        }

        long start = _clock.GetTimestamp();
        await AdvanceUntilAsync(() => _clock.GetElapsedTime(start) > TimeSpan.FromMinutes(2));
        if (arrival.IsCompleted)
        {
            held.Add((await arrival)!);
        }

        held.ForEach(frame => frame.Dispose());
        (await watch.ReceiveAsync(CancellationToken.None).AsTask().Within())!.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_push_that_is_not_answered_or_not_ended_does_not_wait_for_ever(bool isRefused)
    {
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            (await stream.ReceiveAsync(cancellationToken))!.Dispose();
            if (isRefused)
            {
                PushVerdict verdict = new() { Code = (uint)WireError.NameRefused };
                await stream.SendAsync(FrameType.PushVerdicts, new PushVerdicts { Verdicts = { verdict } }, cancellationToken: cancellationToken);
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        File.WriteAllBytes(_folder["a.txt"], [1]);
        PeerSession session = new(_connection, "peer");
        Node.PeerTarget target = new("peer", _connection.RemoteId, []);
        await using PushJob job = new(
            new PushOptions { Peers = [target] },
            NoContentIndex.Instance,
            EventLog.Null,
            new TransferBook(null, EventLog.Null),
            (_, _, _) => Task.FromResult(session),
            _ => [],
            new TransferCounters());
        job.Add(PeerNode.ExpandLocal(_folder["a.txt"], recurse: false).Single());
        job.Complete();

        Task<List<TransferInfo>> pushing = Task.Run(async () => await job.Results.ReadAllAsync().ToListAsync());

        await AdvanceUntilAsync(() => pushing.IsCompleted);
        Assert.Equal(isRefused ? PeerError.NameRefused : PeerError.TransferStalled, Assert.Single(await pushing).Error?.Error);
    }

    // A second at a time, and a round trip each: never so fast that the connection itself seems dead.
    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _connection.PingAsync().Within();
        }
    }

    private async Task<TransferInfo> FetchAsync()
    {
        PeerSession session = new(_connection, "peer");
        await using FetchJob job = new(
            new FetchOptions { Destination = _folder["in"] },
            NoContentIndex.Instance,
            EventLog.Null,
            new TransferBook(null, EventLog.Null),
            (_, context) => new PeerFetch(_ => Task.FromResult(session), context, new TransferCounters()));
        job.Add(new RemoteFile("a.bin", "docs/a.bin", "docs", 1_000_000, DateTimeOffset.UnixEpoch, null, "peer", _connection.RemoteId));
        job.Complete();
        List<TransferInfo> results = [];
        await foreach (TransferInfo result in job.Results.ReadAllAsync())
        {
            results.Add(result);
        }

        return Assert.Single(results);
    }
}
