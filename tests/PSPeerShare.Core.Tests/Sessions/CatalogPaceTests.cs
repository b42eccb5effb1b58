using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>What a peer announces is taken no faster than it may be, batches with nothing in them as well. The clock moves by hand.</summary>
public sealed class CatalogPaceTests : IAsyncLifetime
{
    private const int Batches = 2000;
    private const int BatchCost = 50;

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(20);
    private static readonly ByteString s_epoch = ByteString.CopyFrom(new byte[Limits.CatalogEpochBytes]);

    private readonly ManualClock _clock = new();
    private readonly TempFolder _home = new();
    private readonly BareNode _near;
    private readonly BareNode _far;
    private readonly StoredCatalog _stored;
    private readonly PeerCatalogs _catalogs;
    private PeerConnection _connection = null!;

    public CatalogPaceTests()
    {
        _near = new BareNode(clock: _clock);
        _far = new BareNode(clock: _clock);
        OwnerOnly.EnsureFolder(_home.Path, PeerError.HomeUnusable);
        _stored = new StoredCatalog(_home.Path, EventLog.Null, _clock);
        _catalogs = new PeerCatalogs(_stored, _clock);
    }

    public async Task InitializeAsync() => (_connection, _) = await _near.ConnectAsync(_far);

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        _stored.Dispose();
        _home.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_flood_is_taken_at_a_bounded_pace(int items)
    {
        _far.Handler = async (stream, _, cancellationToken) =>
        {
            await stream.SendAsync(FrameType.CatalogBatch, Whole(), cancellationToken: cancellationToken);
            for (int i = 0; i < Batches; i++)
            {
                await stream.SendAsync(FrameType.CatalogBatch, Change(7, items, "docs", "flood.txt"), cancellationToken: cancellationToken);
            }

            await stream.SendAsync(FrameType.CatalogBatch, Change(8, 1, "docs", "last.txt"), cancellationToken: cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        using CancellationTokenSource end = new();
        Task listening = new CatalogSubscription(_catalogs, EventLog.Null).RunAsync(new PeerSession(_connection, "peer"), isVisit: false, end.Token);

        TimeSpan passed = TimeSpan.Zero;
        while (!IsKnown("last.txt"))
        {
            Assert.False(listening.IsCompleted, listening.Exception?.ToString());
            if (_clock.IsAwaitedWithin(s_step))
            {
                _clock.Advance(s_step);
                passed += s_step;
            }
            else
            {
                await Task.Yield();
            }
        }

        // A tenth of a second's worth may come at once.
        TimeSpan least = TimeSpan.FromSeconds((double)Batches * (BatchCost + items) / Limits.CatalogItemsPerSecond) - TimeSpan.FromMilliseconds(100);
        Assert.InRange(passed, least, TimeSpan.MaxValue);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
    }

    private bool IsKnown(string name) =>
        _catalogs.Find(_connection.RemoteId) is { } catalog && _catalogs.Below(catalog, "docs", name, CancellationToken.None).Any();

    private static CatalogBatch Whole() => new() { Epoch = s_epoch, Sequence = 7, Snapshot = true, Begins = true, Complete = true };

    private static CatalogBatch Change(ulong sequence, int items, params string[] name) => new()
    {
        Epoch = s_epoch,
        Sequence = sequence,
        Items = { Enumerable.Repeat(new CatalogItem { Segments = { name.Select(ByteString.CopyFromUtf8) }, Length = 1 }, items) },
    };
}
