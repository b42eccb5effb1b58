using System.Security.Cryptography;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Every file that was to be sent gets an outcome, and nothing half lies in an inbox.</summary>
public sealed class PushFailureTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public async Task InitializeAsync() => _pair = await NodePair.StartWithInboxAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData("the right to write")]
    [InlineData("an inbox")]
    [InlineData("the inbox's folder")]
    public async Task Without_it_every_file_is_refused(string missing)
    {
        switch (missing)
        {
            case "the right to write":
                await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { Allow = PeerRights.Browse | PeerRights.Read }, TestNode.Patience);
                break;
            case "an inbox":
                await _pair.Server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
                ServerInfo again = await _pair.Server.StartAsync(_pair.Server["docs"]);
                await _pair.Client.Node.SetPeerAsync(_pair.ServerId, new PeerChange { Addresses = again.Endpoints }, TestNode.Patience);
                break;
            default:
                Directory.Delete(_pair.Server["inbox"], recursive: true);
                break;
        }

        await using TransferJob<LocalFile> job = _pair.Client.Node.BeginPush(_pair.To());
        job.Add(One("a.txt", 10));
        TransferInfo first = await job.Results.ReadAsync(TestNode.Patience);
        job.Add(One("late.txt", 10));
        job.Add(One("later.txt", 10));
        job.Complete();
        List<TransferInfo> results = [first, .. await TestNode.ReadAllAsync(job)];

        Assert.Equal(3, results.Count);
        Assert.All(results, r => NodePair.AssertFailed(PeerError.PushRefused, r));
        Assert.All(results, r => Assert.Equal("server", r.Error!.Target));
        NodePair.AssertHolds(_pair.Server["inbox"]);
    }

    [Fact]
    public async Task An_inbox_that_comes_back_takes_files_again()
    {
        Directory.Delete(_pair.Server["inbox"], recursive: true);
        NodePair.AssertFailed(PeerError.PushRefused, Assert.Single(await _pair.PushAsync(One("a.txt", 1))));
        _pair.Server.Folder("inbox");

        NodePair.AssertCompleted(Assert.Single(await _pair.PushAsync(One("a.txt", 1))));
    }

    [Theory]
    [InlineData("evil.lnk")]
    [InlineData("Desktop.INI")]
    [InlineData("x/autorun.inf")]
    [InlineData("a.url")]
    [InlineData("theme.theme.")]
    [InlineData("folder.library-ms")]
    [InlineData(".pspeershare-staging")]
    public async Task What_acts_when_a_folder_is_only_looked_at_is_refused_and_the_others_go_on(string name)
    {
        List<TransferInfo> results = await _pair.PushAsync(One("before.txt", 5), Named(name), One("after.txt", 5));

        TransferInfo refused = results.Single(r => r.Error is not null);
        NodePair.AssertFailed(PeerError.NameRefused, refused);
        Assert.Equal(name, refused.SharePath);
        Assert.Equal(2, results.Count(r => r.Status == TransferStatus.Completed));
        NodePair.AssertHolds(_pair.InboxFolder, "after.txt", "before.txt");
    }

    [Fact]
    public async Task When_nothing_is_accepted_the_job_still_ends()
    {
        List<TransferInfo> results = await _pair.PushAsync(Named("a.lnk"), Named("b.lnk"), Named("../c"));

        Assert.Equal(3, results.Count);
        Assert.All(results, r => NodePair.AssertFailed(PeerError.NameRefused, r));
        NodePair.AssertHolds(_pair.Server["inbox"]);
    }

    [Fact]
    public async Task Files_that_vanish_between_listing_and_sending_fail_alone_also_among_very_many()
    {
        const int Count = 2_300;
        LocalFile[] files = [.. Enumerable.Range(0, Count).Select(i => One($"out/f{i}", 3))];
        foreach (LocalFile gone in files.Where((_, i) => i % 3 == 0))
        {
            File.Delete(gone.FullPath);
        }

        List<TransferInfo> results = await _pair.PushAsync(files);

        Assert.Equal(Count, results.Count);
        Assert.All(results, r => Assert.Equal(
            File.Exists(r.LocalPath) ? (TransferStatus.Completed, null) : (TransferStatus.Failed, (PeerError?)PeerError.PathNotFound),
            (r.Status, r.Error?.Error)));
        Assert.All(results.Where(r => r.Error is not null), r => Assert.Equal(r.LocalPath, r.Error!.Target));
    }

    [Fact]
    public async Task A_file_that_became_a_folder_is_not_sent()
    {
        LocalFile file = One("a", 3);
        File.Delete(file.FullPath);
        _pair.Client.Write("a/inside", [1, 2, 3]);

        List<TransferInfo> results = await _pair.PushAsync(file, One("b", 3));

        NodePair.AssertFailed(PeerError.PathNotFound, results.Single(r => r.Name == "a"));
        NodePair.AssertHolds(_pair.InboxFolder, "b");
    }

    [Fact]
    public async Task A_file_where_a_folder_must_be_in_the_inbox_fails_those_below_it_alone()
    {
        await _pair.PushAsync(One("a", 3));

        List<TransferInfo> results = await _pair.PushAsync(One("x", 3) with { RelativeName = "a/x" }, One("b", 3));

        NodePair.AssertFailed(PeerError.PushRefused, results.Single(r => r.Name == "x"));
        NodePair.AssertCompleted(results.Single(r => r.Name == "b"));
        NodePair.AssertHolds(_pair.InboxFolder, "a", "b");
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_sent_is_an_error_and_the_others_go_on()
    {
        await using TransferJob<LocalFile> job = await BeginSlowlyAsync();
        job.Add(One("last.txt", 3));
        job.Complete();
        File.AppendAllText(_pair.Client["large.bin"], "more");
        await HurryAsync();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);

        NodePair.AssertFailed(PeerError.FileChanged, results.Single(r => r.Name == "large.bin"));
        NodePair.AssertCompleted(results.Single(r => r.Name == "last.txt"));
        NodePair.AssertHolds(_pair.InboxFolder, "last.txt");
    }

    [Fact]
    public async Task When_the_receiver_vanishes_every_file_ends_with_an_error_and_it_keeps_nothing_partial()
    {
        using FaultProxy proxy = await _pair.InterposeAsync();
        await using TransferJob<LocalFile> job = await BeginSlowlyAsync();
        job.Add(One("last.txt", 3));
        proxy.Dispose();
        job.Add(One("late.txt", 3));
        job.Complete();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);

        Assert.Equal(3, results.Count);
        Assert.All(results, r => NodePair.AssertFailed(PeerError.ConnectionLost, r));
        Assert.All(results, r => Assert.Equal(TransferStatus.Interrupted, r.Status));
        await Waiting.UntilAsync(() => !Directory.Exists(Path.Combine(_pair.Server["inbox"], ".pspeershare-staging")));
        NodePair.AssertHolds(_pair.Server["inbox"]);
    }

    [Fact]
    public async Task Taking_the_right_to_write_away_ends_a_push_that_is_under_way()
    {
        await using TransferJob<LocalFile> job = await BeginSlowlyAsync();
        job.Add(One("last.txt", 3));
        job.Complete();
        await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { Allow = PeerRights.Browse | PeerRights.Read }, TestNode.Patience);

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);

        Assert.Equal(2, results.Count);
        Assert.All(results, r => NodePair.AssertFailed(PeerError.PushRefused, r));
        NodePair.AssertHolds(_pair.Server["inbox"]);
    }

    [Fact]
    public async Task Stopping_a_push_leaves_nothing_partial_at_the_receiver()
    {
        TransferJob<LocalFile> job = await BeginSlowlyAsync();
        job.Add(One("last.txt", 3));

        await job.DisposeAsync().AsTask().Within();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);
        Assert.All(results, r => Assert.Equal((TransferStatus.Stopped, PeerError.TransferStopped), (r.Status, r.Error?.Error)));
        await HurryAsync();
        NodePair.AssertCompleted(Assert.Single(await _pair.PushAsync(One("after.txt", 3))));
        NodePair.AssertHolds(_pair.InboxFolder, "after.txt");
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_fails_every_file_also_those_that_come_later()
    {
        await _pair.Server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        await using TransferJob<LocalFile> job = _pair.Client.Node.BeginPush(_pair.To());
        job.Add(One("a.txt", 3));
        TransferInfo first = await job.Results.ReadAsync(TestNode.Patience);
        job.Add(One("b.txt", 3));
        job.Complete();

        Assert.All([first, .. await TestNode.ReadAllAsync(job)], r => NodePair.AssertFailed(PeerError.PeerUnreachable, r));
    }

    [Fact]
    public async Task A_stopped_node_takes_no_push_over_a_session_that_it_had_dialled_itself()
    {
        // The server becomes the one who dials: it fetches from the client, and that session stays.
        _pair.Client.Write("shared/x", new byte[4_000_000]);
        ServerInfo client = await _pair.Client.StartAsync(_pair.Client["shared"]);
        await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { Addresses = client.Endpoints }, TestNode.Patience);
        RemoteFile theirs = Assert.Single(await _pair.Server.FindAsync());

        // Without something that runs on it the session would end with the server.
        await using TransferJob<RemoteFile> fetching = _pair.Server.Node.BeginFetch(
            new FetchOptions { Destination = _pair.Server["fetched"], RateLimit = 100_000 });
        fetching.Add(theirs);
        await Waiting.UntilAsync(() => fetching.Sample().BytesDone > 0);
        await _pair.Server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

        TransferInfo result = Assert.Single(await _pair.PushAsync(One("a.txt", 3)));

        NodePair.AssertFailed(PeerError.PushRefused, result);
        Assert.Empty(await _pair.Client.FindAsync());
        NodePair.AssertHolds(_pair.Server["inbox"]);
    }

    // The large file, in the midst of its way.
    private async Task<TransferJob<LocalFile>> BeginSlowlyAsync()
    {
        await _pair.Client.Node.SetPeerAsync(_pair.ServerId, new PeerChange { RateLimit = 400_000 }, TestNode.Patience);
        TransferJob<LocalFile> job = _pair.Client.Node.BeginPush(_pair.To());
        job.Add(One("large.bin", 6_000_000));
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 0);
        return job;
    }

    private async Task HurryAsync() => await _pair.Client.Node.SetPeerAsync(_pair.ServerId, new PeerChange { RateLimit = 0 }, TestNode.Patience);

    private LocalFile One(string name, int length) =>
        new(_pair.Client.Write(name, RandomNumberGenerator.GetBytes(length)), name.Split('/')[^1], length);

    // Under a name that the file itself need not have.
    private LocalFile Named(string name) => One("plain", 4) with { RelativeName = name };
}
