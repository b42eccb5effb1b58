using System.Security.Cryptography;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Transfers are listed, suspended, resumed and stopped from anywhere in the home.</summary>
public sealed class TransferListTests : IAsyncLifetime
{
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(20_000_000);
    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/large.bin", _content);
        _pair.Server.Write("docs/a.txt", "a"u8.ToArray());
        _pair.Server.Write("docs/b.txt", "b"u8.ToArray());
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Large_files_are_listed_one_by_one_and_small_ones_together()
    {
        await _pair.FetchAsync(null, "docs/large.bin", "docs/a.txt", "docs/b.txt", "docs/gone.txt");

        IReadOnlyList<TransferInfo> all = await ListAsync();

        Assert.Equal(TransferStatus.Completed, all.Single(t => t.SharePath == "docs/large.bin").Status);
        Assert.Equal(PeerError.FileNotFound, all.Single(t => t.SharePath == "docs/gone.txt").Error!.Error);
        Assert.Equal(("2 files", 2), (all.Single(t => t.SharePath.Length == 0).Name, all.Single(t => t.SharePath.Length == 0).Length));
        Assert.Equal(3, all.Count);
        Assert.Single(await ListAsync(new TransferFilter { Statuses = [TransferStatus.Failed] }));
        Assert.Empty(await ListAsync(new TransferFilter { After = DateTimeOffset.UtcNow }));
        Assert.Equal(3, (await ListAsync(new TransferFilter { Peer = _pair.ServerId })).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_running_transfer_rests_until_it_is_resumed(bool fromAnotherProcess)
    {
        await using TransferJob<RemoteFile> job = Begin();
        PeerNode other = fromAnotherProcess ? _pair.Client.OpenAgain() : _pair.Client.Node;
        string id = await RunningAsync(other, job);

        await other.SuspendTransferAsync(id, TestNode.Patience);
        await UntilAsync(other, id, TransferStatus.Suspended);
        long rested = job.Sample().BytesDone;
        Assert.False(job.Results.TryRead(out _));
        await other.ResumeTransferAsync(id, TestNode.Patience);

        TransferInfo result = Assert.Single(await TestNode.ReadAllAsync(job));
        NodePair.AssertCompleted(result);
        Assert.True(rested < _content.Length);
        Assert.Equal(_content, File.ReadAllBytes(_pair.Client["in", "large.bin"]));
        Assert.Equal(id, result.Id);
    }

    [Fact]
    public async Task A_stopped_transfer_ends_and_can_be_resumed_after_all()
    {
        await using TransferJob<RemoteFile> job = Begin();
        string id = await RunningAsync(_pair.Client.Node, job);

        await _pair.Client.Node.StopTransferAsync(id, TestNode.Patience);

        Assert.Equal(TransferStatus.Stopped, Assert.Single(await TestNode.ReadAllAsync(job)).Status);
        await using TransferJob? again = _pair.Client.Node.BeginResume(id);
        TransferInfo result = await again!.Results.ReadAsync(TestNode.Patience);
        NodePair.AssertCompleted(result);
        Assert.Equal(id, result.Id);
        Assert.InRange(result.BytesReused, 1, _content.Length);
        Assert.Equal(TransferStatus.Completed, Assert.Single(await ListAsync()).Status);
    }

    [Fact]
    public async Task What_ended_well_cannot_be_resumed_and_what_nobody_knows_is_an_error()
    {
        await _pair.FetchAsync(null, "docs/large.bin");
        string id = Assert.Single(await ListAsync()).Id;

        Assert.Equal(PeerError.TransferEnded, Assert.Throws<PeerShareException>(() => _pair.Client.Node.BeginResume(id)).Error);
        Assert.Equal(PeerError.TransferNotFound, Assert.Throws<PeerShareException>(() => _pair.Client.Node.BeginResume("x")).Error);
        PeerShareException ended = await Assert.ThrowsAsync<PeerShareException>(() => _pair.Client.Node.StopTransferAsync(id, TestNode.Patience));
        Assert.Equal(PeerError.TransferEnded, ended.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rest_does_not_count_in_how_long_it_ran(bool fromAnotherProcess)
    {
        await using TransferJob<RemoteFile> job = Begin();
        PeerNode other = fromAnotherProcess ? _pair.Client.OpenAgain() : _pair.Client.Node;
        string id = await RunningAsync(other, job);

        await other.SuspendTransferAsync(id, TestNode.Patience);
        TransferInfo rested = await other.AwaitStateAsync(id, s => s == TransferStatus.Suspended, TimeSpan.FromSeconds(20), TestNode.Patience);
        Assert.Equal((TransferStatus.Suspended, true), (rested.Status, rested.CanResume));
        await Waiting.UntilAsync(() => DateTimeOffset.UtcNow - rested.StartTime > 3 * rested.Duration);
        TransferInfo later = Assert.Single(await other.TransfersAsync(new TransferFilter { Id = id }, TestNode.Patience));

        Assert.Equal(rested.Duration.TotalMilliseconds, later.Duration.TotalMilliseconds, 1.0);
        Assert.InRange(later.Duration.TotalMilliseconds, 1, double.MaxValue);
    }

    [Fact]
    public async Task Waiting_for_a_state_has_an_end_and_ends_with_the_transfer()
    {
        await using TransferJob<RemoteFile> job = Begin();
        string id = await RunningAsync(_pair.Client.Node, job);

        Assert.Equal(TransferStatus.Running, (await _pair.Client.Node.AwaitStateAsync(id, _ => false, TimeSpan.Zero, TestNode.Patience)).Status);
        Assert.Equal(
            TransferStatus.Completed, (await _pair.Client.Node.AwaitStateAsync(id, _ => false, TimeSpan.FromMinutes(1), TestNode.Patience)).Status);
    }

    [Theory]
    [InlineData("docs/large.bin", 20_000_000)]
    [InlineData("docs/a.txt", 1)]
    public async Task What_was_cut_off_is_no_longer_offered_once_the_file_has_come(string path, long length)
    {
        TransferRow left = Left(path, length, TransferStatus.Interrupted);
        TransferRow stopped = Left(path, length, TransferStatus.Stopped);
        TransferRow other = Left("docs/other.bin", length, TransferStatus.Interrupted);
        using (NodeStore store = NodeStore.Open(_pair.Client.Home))
        {
            store.Transfers.Insert(left, stopped, other);
        }

        Assert.All(await ListAsync(), t => Assert.True(t.CanResume));
        await _pair.FetchAsync(null, path);

        IReadOnlyList<TransferInfo> all = await ListAsync();
        Assert.DoesNotContain(all, t => t.Id == left.Id);
        Assert.False(all.Single(t => t.Id == stopped.Id).CanResume);
        Assert.True(all.Single(t => t.Id == other.Id).CanResume);
        Assert.Contains(all, t => t.Status == TransferStatus.Completed && t.SharePath == path);
    }

    [Fact]
    public async Task What_a_process_had_run_when_it_was_gone_is_told()
    {
        TransferRow left = Left("docs/large.bin", 20_000_000, TransferStatus.Running) with { Process = "1:1:another boot" };
        using (NodeStore store = NodeStore.Open(_pair.Client.Home))
        {
            store.Transfers.Insert(left);
        }

        TransferInfo told = Assert.Single(await ListAsync());

        Assert.Equal((TransferStatus.Interrupted, TimeSpan.FromSeconds(7)), (told.Status, told.Duration));
    }

    private TransferRow Left(string path, long length, TransferStatus status)
    {
        DateTimeOffset began = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
        return new TransferRow
        {
            Id = Guid.CreateVersion7().ToString("N"),
            Direction = nameof(TransferDirection.Receive),
            Peer = _pair.ServerId.ToArray(),
            PeerName = "server",
            SharePath = path,
            LocalPath = _pair.Client["in", Path.GetFileName(path)],
            Length = length,
            Status = status.ToString(),
            Started = began,
            Ended = began.AddSeconds(7),
            Error = nameof(PeerError.ConnectionLost),
            Recipe = "{}",
        };
    }

    private async Task<IReadOnlyList<TransferInfo>> ListAsync(TransferFilter? filter = null) =>
        await _pair.Client.Node.TransfersAsync(filter ?? new TransferFilter(), TestNode.Patience);

    private TransferJob<RemoteFile> Begin()
    {
        TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In() with { RateLimit = 8_000_000 });
        job.Add(_pair.File("docs/large.bin"));
        job.Complete();
        return job;
    }

    private static async Task<string> RunningAsync(PeerNode node, TransferJob<RemoteFile> job)
    {
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 1_000_000);
        await Waiting.UntilAsync(() => node.TransfersAsync(new TransferFilter(), TestNode.Patience).Result.Count == 1);
        return (await node.TransfersAsync(new TransferFilter { Statuses = [TransferStatus.Running] }, TestNode.Patience)).Single().Id;
    }

    private static Task UntilAsync(PeerNode node, string id, TransferStatus status) => Waiting.UntilAsync(
        () => node.TransfersAsync(new TransferFilter { Id = id }, TestNode.Patience).Result.Single().Status == status);
}
