using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>What fails fails alone, says why, and leaves nothing that looks like a file.</summary>
public sealed class FetchFailureTests : IAsyncLifetime
{
    private readonly byte[] _large = RandomNumberGenerator.GetBytes(6_000_000);
    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/small.txt", "small"u8.ToArray());
        _pair.Server.Write("docs/large.bin", _large);
        _pair.Server.Write("docs/last.txt", "last"u8.ToArray());
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task What_is_missing_or_not_shared_fails_and_the_others_come()
    {
        _pair.Server.Write("beside/secret.txt", "secret"u8.ToArray());

        List<TransferInfo> results = await _pair.FetchAsync(
            null, "docs/small.txt", "docs/gone.txt", "docs", "beside/secret.txt", "docs/small.txt/x", "docs/last.txt");

        Assert.Equal(6, results.Count);
        foreach (string missing in (string[])["docs/gone.txt", "docs", "beside/secret.txt", "docs/small.txt/x"])
        {
            TransferInfo failed = results.Single(r => r.SharePath == missing);
            NodePair.AssertFailed(PeerError.FileNotFound, failed);
            Assert.Equal((missing, TransferStatus.Failed), (failed.Error!.Target, failed.Status));
        }

        NodePair.AssertHolds(_pair.Client["in"], "last.txt", "small.txt");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("docs/../secret")]
    [InlineData("docs/a\0b")]
    [InlineData("docs//x")]
    [InlineData("")]
    public async Task A_name_that_cannot_travel_is_not_even_asked_for(string sharePath)
    {
        RemoteFile file = _pair.File("docs/small.txt") with { SharePath = sharePath };

        List<TransferInfo> results = await _pair.Client.FetchAsync(_pair.In(), file, _pair.File("docs/last.txt"));

        NodePair.AssertFailed(PeerError.FileNotFound, Assert.Single(results, r => r.Error is not null));
        NodePair.AssertHolds(_pair.Client["in"], "last.txt");
    }

    [Theory]
    [InlineData("grows")]
    [InlineData("shrinks")]
    [InlineData("is rewritten")]
    public async Task A_file_that_changes_while_it_is_served_is_an_error_and_never_a_mixed_file(string how)
    {
        string path = _pair.Server["docs", "large.bin"];
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Add(_pair.File("docs/last.txt"));
        job.Complete();
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            switch (how)
            {
                case "grows":
                    file.Seek(0, SeekOrigin.End);
                    file.Write("more"u8);
                    break;
                case "shrinks":
                    file.SetLength(5_000_000);
                    break;
                default:
                    file.Write(new byte[100]);
                    break;
            }
        }

        await HurryAsync();
        List<TransferInfo> results = await TestNode.ReadAllAsync(job);

        TransferInfo changed = results.Single(r => r.Name == "large.bin");
        NodePair.AssertFailed(PeerError.FileChanged, changed);
        Assert.Equal("docs/large.bin", changed.Error!.Target);
        NodePair.AssertCompleted(results.Single(r => r.Name == "last.txt"));
        NodePair.AssertHolds(_pair.Client["in"], "last.txt");
    }

    [Fact]
    public async Task A_file_that_takes_anothers_place_while_it_is_served_does_not_mix_with_it()
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Complete();
        _pair.Server.Write("new", new byte[_large.Length]);
        File.Move(_pair.Server["new"], _pair.Server["docs", "large.bin"], overwrite: true);

        await HurryAsync();
        TransferInfo result = Assert.Single(await TestNode.ReadAllAsync(job));

        // The old file is whole or, since its link count changed, given up; the new one's bytes are never in it.
        if (result.Status == TransferStatus.Completed)
        {
            Assert.Equal(_large, File.ReadAllBytes(_pair.Client["in", "large.bin"]));
        }
        else
        {
            NodePair.AssertFailed(PeerError.FileChanged, result);
            NodePair.AssertHolds(_pair.Client["in"]);
        }
    }

    [Fact]
    public async Task A_disk_that_is_too_small_fails_what_does_not_fit_and_the_others_come()
    {
        using (FileStream huge = File.Create(_pair.Server["docs", "huge.bin"]))
        {
            huge.SetLength(new DriveInfo(_pair.Client.Home).TotalSize + (1L << 32));
        }

        List<TransferInfo> results = await _pair.FetchAsync(null, "docs/small.txt", "docs/huge.bin", "docs/last.txt");

        NodePair.AssertFailed(PeerError.DestinationFull, results.Single(r => r.Name == "huge.bin"));
        Assert.Equal(2, results.Count(r => r.Status == TransferStatus.Completed));
        NodePair.AssertHolds(_pair.Client["in"], "last.txt", "small.txt");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_peer_ends_every_file_ends_with_an_error_and_nothing_partial_is_left(bool announced)
    {
        using FaultProxy proxy = await _pair.InterposeAsync();
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Add(_pair.File("docs/small.txt"));
        job.Add(_pair.File("docs/last.txt"));
        if (announced)
        {
            await _pair.Server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        }

        proxy.Dispose();
        job.Complete();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);

        Assert.Equal(3, results.Count);
        Assert.All(results, r => Assert.Contains(
            r.Error!.Error, (PeerError[])[PeerError.ConnectionLost, PeerError.PeerShuttingDown, PeerError.PeerUnreachable]));
        Assert.Equal(TransferStatus.Interrupted, results.Single(r => r.Name == "large.bin").Status);
        NodePair.AssertHolds(_pair.Client["in"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cut_costs_no_file_because_all_that_were_left_come_over_another_session(bool withFin)
    {
        ServerInfo server = (await _pair.Server.Node.GetServerAsync(TestNode.Patience))!;
        using FaultProxy proxy = await _pair.InterposeAsync(new FaultProxy(server.Port) { CutsWithFin = withFin });
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync("docs/small.txt", "docs/large.bin");
        await Waiting.UntilAsync(() => job.Sample().FilesDone == 1);
        job.Add(_pair.File("docs/last.txt"));
        job.Complete();
        proxy.CutNow();
        await HurryAsync();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);

        NodePair.AssertCompleted(results.Single(r => r.Name == "small.txt"));
        NodePair.AssertCompleted(results.Single(r => r.Name == "last.txt"));
        NodePair.AssertCompleted(results.Single(r => r.Name == "large.bin"));
        NodePair.AssertHolds(_pair.Client["in"], "large.bin", "last.txt", "small.txt");
    }

    [Fact]
    public async Task A_session_that_ends_between_two_files_costs_nothing()
    {
        using FaultProxy proxy = await _pair.InterposeAsync();
        await using TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        job.Add(_pair.File("docs/small.txt"));
        NodePair.AssertCompleted(await job.Results.ReadAsync(TestNode.Patience));
        proxy.CutNow();

        job.Add(_pair.File("docs/last.txt"));
        job.Complete();

        NodePair.AssertCompleted(Assert.Single(await TestNode.ReadAllAsync(job)));
    }

    [Fact]
    public async Task A_server_that_restarts_between_two_files_is_found_again()
    {
        ServerInfo server = (await _pair.Server.Node.GetServerAsync(TestNode.Patience))!;
        await using TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        job.Add(_pair.File("docs/small.txt"));
        NodePair.AssertCompleted(await job.Results.ReadAsync(TestNode.Patience));
        await _pair.Server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        await _pair.Server.StartAsync(new ServerOptions { Paths = [_pair.Server["docs"]], Port = server.Port });

        job.Add(_pair.File("docs/last.txt"));
        job.Complete();

        NodePair.AssertCompleted(Assert.Single(await TestNode.ReadAllAsync(job)));
    }

    [Fact]
    public async Task Stopping_a_job_leaves_nothing_behind_and_does_not_wait_for_the_peer()
    {
        TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Add(_pair.File("docs/last.txt"));

        await job.DisposeAsync().AsTask().Within();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);
        Assert.DoesNotContain(results, r => r.Status is TransferStatus.Completed);
        Assert.Equal(TransferStatus.Stopped, results.Single(r => r.Name == "large.bin").Status);
        NodePair.AssertHolds(_pair.Client["in"]);
        await HurryAsync();
        NodePair.AssertCompleted(await _pair.FetchOneAsync("docs/last.txt"));
    }

    [Fact]
    public async Task A_job_without_files_ends_and_makes_nothing()
    {
        await using TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        job.Complete();

        Assert.Empty(await TestNode.ReadAllAsync(job));
        Assert.False(Directory.Exists(_pair.Client["in"]));
    }

    [Fact]
    public async Task Jobs_that_run_at_once_share_one_session_and_do_not_disturb_each_other()
    {
        List<TransferInfo>[] all = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => _pair.FetchAsync(
            new FetchOptions { Destination = _pair.Client[$"in{n}"], ThrottleLimit = n + 1 }, "docs/small.txt", "docs/large.bin", "docs/last.txt")));

        Assert.All(all.SelectMany(results => results), NodePair.AssertCompleted);
        Assert.All(all, results => Assert.Equal(3, results.Count));
    }

    [Fact]
    public async Task The_files_of_a_peer_that_nobody_knows_fail_and_the_others_come()
    {
        RemoteFile stranger = _pair.File("docs/small.txt") with { NodeId = _pair.ClientId, Peer = "nobody" };

        List<TransferInfo> results = await _pair.Client.FetchAsync(_pair.In(), stranger, _pair.File("docs/last.txt"));

        TransferInfo failed = Assert.Single(results, r => r.Error is not null);
        NodePair.AssertFailed(PeerError.PeerNotFound, failed);
        Assert.Equal("nobody", failed.Error!.Target);
        NodePair.AssertHolds(_pair.Client["in"], "last.txt");
    }

    [Fact]
    public async Task A_file_that_is_not_the_one_that_was_looked_for_is_refused()
    {
        RemoteFile file = _pair.File("docs/small.txt", Blake3Hasher.Hash("another"u8));

        TransferInfo result = Assert.Single(await _pair.Client.FetchAsync(_pair.In() with { ByContent = true }, file));

        NodePair.AssertFailed(PeerError.ContentMismatch, result);
        NodePair.AssertHolds(_pair.Client["in"]);
    }

    // The large file, in the midst of its way.
    private Task<TransferJob<RemoteFile>> BeginSlowlyAsync() => BeginSlowlyAsync("docs/large.bin");

    private async Task<TransferJob<RemoteFile>> BeginSlowlyAsync(params string[] sharePaths)
    {
        await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new() { RateLimit = 400_000 }, TestNode.Patience);
        TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        foreach (string sharePath in sharePaths)
        {
            job.Add(_pair.File(sharePath));
        }

        await Waiting.UntilAsync(() => job.Sample().Active.Any(a => a.BytesDone > 10));
        return job;
    }

    private async Task HurryAsync() => await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new() { RateLimit = 0 }, TestNode.Patience);
}
