using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

public sealed class InboxQuotaTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Bytes_of_a_peer_are_bounded_over_all_its_pushes_and_clearing_makes_room()
    {
        await StartAsync(new InboxLimits { PeerBytes = 1000 });

        NodePair.AssertCompleted(await PushAsync("a", 600));
        NodePair.AssertFailed(PeerError.DestinationFull, await PushAsync("b", 600));
        NodePair.AssertCompleted(await PushAsync("c", 400));
        NodePair.AssertFailed(PeerError.DestinationFull, await PushAsync("d", 1));

        File.Delete(Path.Combine(_pair.InboxFolder, "a"));
        NodePair.AssertCompleted(await PushAsync("d", 600));
        NodePair.AssertHolds(_pair.InboxFolder, "c", "d");
    }

    [Fact]
    public async Task Files_of_a_peer_are_bounded()
    {
        await StartAsync(new InboxLimits { PeerFiles = 2 });

        List<TransferInfo> pushed = await _pair.PushAsync(
            Enumerable.Range(0, 5).SelectMany(i => PeerNode.ExpandLocal(_pair.Client.Write($"f{i}", [(byte)i]), recurse: false)));

        Assert.Equal(2, pushed.Count(transfer => transfer.Error is null));
        Assert.All(pushed.Where(transfer => transfer.Error is not null), transfer => NodePair.AssertFailed(PeerError.DestinationFull, transfer));
        Assert.Equal(2, Directory.GetFiles(_pair.InboxFolder).Length);
    }

    [Fact]
    public async Task A_single_file_is_bounded_and_smaller_ones_still_come()
    {
        await StartAsync(new InboxLimits { FileBytes = 100 });

        NodePair.AssertFailed(PeerError.DestinationFull, await PushAsync("large", 101));
        NodePair.AssertCompleted(await PushAsync("small", 100));
    }

    [Fact]
    public async Task Space_that_has_to_stay_free_is_not_taken()
    {
        await StartAsync(new InboxLimits { FreeBytes = long.MaxValue / 2 });

        NodePair.AssertFailed(PeerError.DestinationFull, await PushAsync("a", 1));
    }

    [Fact]
    public async Task What_did_not_arrive_does_not_count()
    {
        await StartAsync(new InboxLimits { PeerBytes = 1000 });
        using SafeRoot inbox = SafeRoot.Open(_pair.Server.Folder("other"));
        InboxUsage usage = new();
        InboxLimits limits = new() { PeerBytes = 1000 };

        Assert.Null(usage.TryTake(inbox, "peer", 1000, limits));
        Assert.NotNull(usage.TryTake(inbox, "peer", 1, limits));
        usage.End(1000, hasArrived: false);

        Assert.Null(usage.TryTake(inbox, "peer", 1000, limits));
    }

    private async Task StartAsync(InboxLimits limits) =>
        _pair = await NodePair.StartWithInboxAsync(new ServerOptions { InboxLimits = limits });

    private async Task<TransferInfo> PushAsync(string name, int length) => Assert.Single(
        await _pair.PushAsync(PeerNode.ExpandLocal(_pair.Client.Write(name, new byte[length]), recurse: false)));
}
