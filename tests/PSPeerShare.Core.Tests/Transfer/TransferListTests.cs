using System.Security.Cryptography;
using PSPeerShare.Core.Sessions;
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
