using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

public sealed class InboxQuotaTests : IAsyncLifetime
{
    private readonly TempFolder _local = new();
    private NodePair? _started;

    private NodePair Pair => _started!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _local.Dispose();
        if (_started is not null)
        {
            await _started.DisposeAsync();
        }
    }

    [Fact]
    public async Task Bytes_of_a_peer_are_bounded_over_all_its_pushes_and_clearing_makes_room()
    {
        await StartAsync(new InboxLimits { PeerBytes = 1000 });

        NodePair.AssertCompleted(await PushAsync("a", 600));
        AssertFull(await PushAsync("b", 600), "b: it has room for 1,000 bytes of one peer, of which 600 are taken, and the file has 600");
        NodePair.AssertCompleted(await PushAsync("c", 400));
        NodePair.AssertFailed(PeerError.InboxFull, await PushAsync("d", 1));

        File.Delete(Path.Combine(Pair.InboxFolder, "a"));
        NodePair.AssertCompleted(await PushAsync("d", 600));
        NodePair.AssertHolds(Pair.InboxFolder, "c", "d");
    }

    [Fact]
    public async Task Files_of_a_peer_are_bounded()
    {
        await StartAsync(new InboxLimits { PeerFiles = 2 });

        List<TransferInfo> pushed = await Pair.PushAsync(
            Enumerable.Range(0, 5).SelectMany(i => PeerNode.ExpandLocal(Pair.Client.Write($"f{i}", [(byte)i]), recurse: false)));

        Assert.Equal(2, pushed.Count(transfer => transfer.Error is null));
        Assert.All(
            pushed.Where(transfer => transfer.Error is not null),
            transfer => AssertFull(transfer, $"{transfer.Name}: it has room for 2 files of one peer, and so many are there or on their way"));
        Assert.Equal(2, Directory.GetFiles(Pair.InboxFolder).Length);
    }

    [Fact]
    public async Task A_single_file_is_bounded_and_smaller_ones_still_come()
    {
        await StartAsync(new InboxLimits { FileBytes = 100 });

        AssertFull(await PushAsync("large", 101), "large: it takes no file of more than 100 bytes");
        NodePair.AssertCompleted(await PushAsync("small", 100));
    }

    [Fact]
    public async Task Space_that_has_to_stay_free_is_not_taken()
    {
        await StartAsync(new InboxLimits { FreeBytes = long.MaxValue / 2 });

        AssertFull(await PushAsync("a", 1), "a: too little space would be left");
    }

    [Fact]
    public async Task What_did_not_arrive_does_not_count()
    {
        await StartAsync(new InboxLimits { PeerBytes = 1000 });
        using SafeRoot inbox = SafeRoot.Open(Pair.Server.Folder("other"));
        InboxUsage usage = new();
        InboxLimits limits = new() { PeerBytes = 1000 };

        InboxItem item = new(1000);
        Assert.Null(usage.TryTake(inbox, "peer", item, limits));
        Assert.NotNull(usage.TryTake(inbox, "peer", new InboxItem(1), limits));
        usage.End(inbox, item, hasArrived: false);

        Assert.Null(usage.TryTake(inbox, "peer", new InboxItem(1000), limits));
    }

    [Fact]
    public async Task Pushes_that_were_broken_off_take_room_until_they_are_finished_or_gone()
    {
        const int Length = 20_000_000;
        await StartAsync(new InboxLimits { PeerBytes = Length + 1000 });
        LocalFile large = new(Pair.Client.Write("out/large.bin", new byte[Length]), "large.bin", Length);
        await using (TransferJob<LocalFile> job = Pair.Client.Node.BeginPush(Pair.To() with { RateLimit = 10_000_000 }))
        {
            job.Add(large);
            job.Complete();
            await Waiting.UntilAsync(() => job.Sample().BytesDone > 8_000_000);
        }

        string partials = Pair.Server["inbox", SafeRoot.StagingName, KeptFolder.Name];
        await Waiting.UntilAsync(() => Directory.Exists(partials) && Directory.GetFiles(partials, "*.data").Length == 1);
        int held = (int)new FileInfo(Directory.GetFiles(partials, "*.data").Single()).Length;

        NodePair.AssertFailed(PeerError.InboxFull, await PushAsync("second", Length + 1000 - held + 1));
        NodePair.AssertCompleted(await PushAsync("small", 1000));

        // The one that was broken off has its room already.
        TransferInfo result = Assert.Single(await Pair.PushAsync(large));
        NodePair.AssertCompleted(result);
        Assert.True(result.BytesReused > 0);
        NodePair.AssertFailed(PeerError.InboxFull, await PushAsync("last", 1));
    }

    [Fact]
    public void What_an_earlier_process_left_unfinished_is_found_and_counts_as_files_too()
    {
        string folder = _local.Path;
        using SafeRoot inbox = SafeRoot.Open(folder);
        string[][] targets = [["peer", "a.bin"], ["peer", "b.bin"], ["other", "c.bin"]];
        foreach (string[] target in targets)
        {
            using PartialFile partial = PartialFile.Begin(inbox, new PartialKey(target, "source", PartialFile.FewestBytes, 1));
            byte[] group = new byte[partial.Layout.GroupBytes];
            partial.Write(0, group, Blake3Hasher.HashGroup(partial.Layout, 0, group));
        }

        InboxUsage usage = new();
        long one = new GroupLayout(PartialFile.FewestBytes).GroupBytes;
        InboxLimits limits = new() { PeerBytes = PartialFile.FewestBytes + one, PeerFiles = 2 };

        Assert.NotNull(usage.TryTake(inbox, "peer", new InboxItem(1), limits));
        Assert.NotNull(usage.TryTake(inbox, "peer", new InboxItem(PartialFile.FewestBytes - one + 1), limits with { PeerFiles = 3 }));
        Assert.Null(usage.TryTake(inbox, "other", new InboxItem(1), limits));

        // Going on with one of them takes no room of its own.
        InboxItem again = new(PartialFile.FewestBytes, PartialName: PartialKey.NameOf(targets[0]));
        usage = new InboxUsage();
        Assert.Null(usage.TryTake(inbox, "peer", again, limits));
        Assert.Equal(one, again.HeldBytes);
        Assert.NotNull(usage.TryTake(inbox, "peer", new InboxItem(1), limits with { PeerFiles = 3 }));
        usage.End(inbox, again, hasArrived: false);
        Assert.NotNull(usage.TryTake(inbox, "peer", new InboxItem(1), limits));
        Assert.Null(usage.TryTake(inbox, "peer", new InboxItem(1), limits with { PeerFiles = 3 }));
    }

    // Whose inbox, which file, and which limit: with many peers and files nobody could tell otherwise.
    private static void AssertFull(TransferInfo transfer, string why)
    {
        NodePair.AssertFailed(PeerError.InboxFull, transfer);
        Assert.Equal(("server", why), (transfer.Error!.Target, transfer.Error.Detail));
    }

    private async Task StartAsync(InboxLimits limits) =>
        _started = await NodePair.StartWithInboxAsync(new ServerOptions { InboxLimits = limits });

    private async Task<TransferInfo> PushAsync(string name, int length) => Assert.Single(
        await Pair.PushAsync(PeerNode.ExpandLocal(Pair.Client.Write(name, new byte[length]), recurse: false)));
}
