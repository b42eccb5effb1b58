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

/// <summary>D1, D2: what is held until it is whole, and what is judged before it comes, stops nobody for ever.</summary>
public sealed class HeldCreditTests : IAsyncLifetime
{
    private const int SmallFile = 128 * 1024;

    private readonly TempFolder _folder = new();
    private readonly BareNode _near = new();
    private readonly BareNode _far = new();
    private PeerConnection _connection = null!;

    public async Task InitializeAsync() => (_connection, _) = await _near.ConnectAsync(_far);

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_held_small_file_leaves_room_for_the_frame_that_ends_it()
    {
        // So much was read before that the next byte would have made a lump of half a window.
        const int Before = SmallFile - 40;
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            await stream.SendDataAsync(PooledBuffer.Rent(Before), cancellationToken: cancellationToken);
            await stream.SendDataAsync(PooledBuffer.Rent(SmallFile), cancellationToken: cancellationToken);
            await stream.SendAsync(FrameType.ItemEnd, new ItemEnd { Root = ByteString.CopyFrom(new byte[32]) }, cancellationToken: cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        await using PeerStream stream = _connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: false);

        (await stream.ReceiveAsync().Within())!.Dispose();
        using InboundFrame held = (await stream.ReceiveAsync().Within())!;
        using InboundFrame end = (await stream.ReceiveAsync().Within())!;

        Assert.Equal((SmallFile, FrameType.ItemEnd), (held.Payload.Length, end.Type));
    }

    [Fact]
    public async Task A_small_file_in_crumbs_is_a_violation_and_no_silence()
    {
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            await stream.ReceiveAsync(cancellationToken);
            await stream.SendAsync(FrameType.ItemHeader, new ItemHeader { Length = 100_000 }, cancellationToken: cancellationToken);
            for (int i = 0; i < 100_000; i++)
            {
                await stream.SendDataAsync(PooledBuffer.Rent(1), cancellationToken: cancellationToken);
            }
        };
        PeerSession session = new(_connection, "peer");
        await using FetchJob job = new(
            new FetchOptions { Destination = _folder["in"], RateLimit = 200_000 },
            NoContentIndex.Instance,
            EventLog.Null,
            new TransferBook(null, EventLog.Null),
            (_, context) => new PeerFetch(_ => Task.FromResult(session), context, new TransferCounters()));
        job.Add(new RemoteFile("a.bin", "docs/a.bin", "docs", 100_000, DateTimeOffset.UnixEpoch, null, "peer", _connection.RemoteId));
        job.Complete();

        TransferInfo result = await job.Results.ReadAsync().AsTask().Within();

        Assert.Equal(PeerError.ProtocolViolation, result.Error?.Error);
        Assert.False(File.Exists(_folder["in", "a.bin"]));
    }

    [Fact]
    public async Task A_frame_full_of_offers_is_judged_only_as_long_as_the_peer_may_write()
    {
        string inbox = Directory.CreateDirectory(_folder["inbox"]).FullName;
        int asked = 0;
        PushResponder responder = new(
            () => SafeRoot.Open(inbox),
            _ => "peer",
            _ => Interlocked.Increment(ref asked) < 10,
            new InboxQuota(() => new InboxLimits { FileBytes = 1 }),
            NoContentIndex.Instance,
            new SlowWork(1, 1),
            new TransferCounters(),
            EventLog.Null,
            AuditLog.Null);
        _far.Handler = responder.PushAsync;
        await using PeerStream stream = _connection.OpenStream(FrameType.Push, new PushRequest(), last: false);
        PushOffer offer = new();
        for (uint i = 0; i < 500; i++)
        {
            offer.Items.Add(new PushItem { Index = i, Length = 10, Segments = { ByteString.CopyFromUtf8($"{i}.bin") } });
        }

        await stream.SendAsync(FrameType.PushOffer, offer);

        await Assert.ThrowsAsync<StreamFailedException>(async () => (await stream.ReceiveAsync().Within())!.Dispose());
        Assert.Equal(10, asked);
    }
}
