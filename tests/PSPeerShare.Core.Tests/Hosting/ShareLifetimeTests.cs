using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Hosting;

/// <summary>Shares of a run, shares that last, and what becomes of them while the node runs.</summary>
public sealed class ShareLifetimeTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    private PeerNode Server => _pair.Server.Node;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/d.txt", [1]);
        _pair.Server.Write("lasting/l.txt", [1]);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_share_that_is_added_while_the_node_runs_is_served_at_once_and_after_every_start(bool fromAnotherProcess)
    {
        PeerNode acting = fromAnotherProcess ? _pair.Server.OpenAgain() : Server;

        ShareInfo added = await acting.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"] }, TestNode.Patience);

        Assert.Equal(("lasting", _pair.Server["lasting"], true, false, null), (added.Name, added.Path, added.IsPersistent, added.IsSingleFile, added.Problem));
        await AssertFindsAsync("docs/d.txt", "lasting/l.txt");
        Assert.Equal(["docs", "lasting"], (await acting.GetSharesAsync(TestNode.Patience)).Select(s => s.Name));

        await RestartAsync();
        await AssertFindsAsync("lasting/l.txt");
    }

    [Fact]
    public async Task A_share_may_be_added_and_removed_while_no_node_runs()
    {
        await StopAsync();
        Assert.Empty(await Server.GetSharesAsync(TestNode.Patience));
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"], Name = "x" }, TestNode.Patience);
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"], Name = "y" }, TestNode.Patience);
        await Server.RemoveShareAsync("X", TestNode.Patience);

        Assert.Equal(["y"], (await _pair.Server.OpenAgain().GetSharesAsync(TestNode.Patience)).Select(s => s.Name));
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => Server.RemoveShareAsync("docs", TestNode.Patience));
        Assert.Equal((PeerError.ShareNotFound, "docs"), (error.Error, error.Target));
    }

    [Theory]
    [InlineData("docs", false)]
    [InlineData("docs", true)]
    [InlineData("lasting", false)]
    [InlineData("lasting", true)]
    public async Task A_share_that_is_removed_is_gone_at_once(string name, bool fromAnotherProcess)
    {
        PeerNode acting = fromAnotherProcess ? _pair.Server.OpenAgain() : Server;
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"] }, TestNode.Patience);

        await acting.RemoveShareAsync(name, TestNode.Patience);

        await AssertFindsAsync(name == "docs" ? "lasting/l.txt" : "docs/d.txt");
        NodePair.AssertFailed(PeerError.FileNotFound, await _pair.FetchOneAsync(name == "docs" ? "docs/d.txt" : "lasting/l.txt"));
        PeerShareException again = await Assert.ThrowsAsync<PeerShareException>(() => acting.RemoveShareAsync(name, TestNode.Patience));
        Assert.Equal((PeerError.ShareNotFound, name), (again.Error, again.Target));
    }

    [Theory]
    [InlineData("docs")]
    [InlineData("DOCS")]
    [InlineData("Lasting")]
    public async Task A_name_that_is_taken_in_any_case_is_refused(string name)
    {
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"] }, TestNode.Patience);

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(
            () => _pair.Server.OpenAgain().AddShareAsync(new ShareOptions { Path = _pair.Server.Folder("new"), Name = name }, TestNode.Patience));

        Assert.Equal((PeerError.ShareExists, name), (error.Error, error.Target));
        await AssertFindsAsync("docs/d.txt", "lasting/l.txt");
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a*")]
    [InlineData("new\nline")]
    [InlineData("")]
    public async Task A_name_that_cannot_travel_or_is_a_pattern_is_refused(string name)
    {
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(
            () => Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"], Name = name }, TestNode.Patience));

        Assert.Equal(PeerError.ShareNameInvalid, error.Error);
        Assert.Single(await Server.GetSharesAsync(TestNode.Patience));
    }

    [Fact]
    public async Task A_path_without_anything_is_refused()
    {
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(
            () => Server.AddShareAsync(new ShareOptions { Path = _pair.Server["gone"] }, TestNode.Patience));

        Assert.Equal((PeerError.SharePathNotFound, _pair.Server["gone"]), (error.Error, error.Target));
    }

    [Fact]
    public async Task A_share_of_a_run_that_is_also_kept_is_served_by_the_rules_it_was_given_for_good()
    {
        _pair.Server.Write("lasting/hidden.tmp", [1]);
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"], Exclude = ["*.tmp"] }, TestNode.Patience);

        await RestartAsync(_pair.Server["lasting"]);

        await AssertFindsAsync("lasting/l.txt");
        Assert.True(Assert.Single(await Server.GetSharesAsync(TestNode.Patience)).IsPersistent);
    }

    [Fact]
    public async Task Another_folder_under_the_name_of_a_lasting_share_is_refused()
    {
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"] }, TestNode.Patience);

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => RestartAsync(_pair.Server.Folder("other/lasting")));

        Assert.Equal((PeerError.ShareExists, "lasting"), (error.Error, error.Target));
    }

    [Fact]
    public async Task A_share_for_some_peers_is_missing_for_the_others()
    {
        await using TestNode other = new();
        await _pair.Server.BefriendAsync(other);
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"], Peers = [other.Node.GetIdentity().NodeId] }, TestNode.Patience);

        await AssertFindsAsync("docs/d.txt");
        NodePair.AssertFailed(PeerError.FileNotFound, await _pair.FetchOneAsync("lasting/l.txt"));
        Assert.Equal(2, (await other.FindAsync()).Count);
    }

    [Fact]
    public async Task What_is_excluded_is_neither_listed_nor_fetched_by_its_exact_name()
    {
        foreach (string name in (string[])["keep.txt", "secret.KEY", "node_modules/x/y.js", "sub/.git/config", "sub/keep.txt"])
        {
            _pair.Server.Write($"lasting/{name}", [1]);
        }

        await Server.AddShareAsync(
            new ShareOptions { Path = _pair.Server["lasting"], Name = "x", Exclude = ["*.key", "node_modules", ".git"] }, TestNode.Patience);

        await AssertFindsAsync("docs/d.txt", "x/keep.txt", "x/l.txt", "x/sub/keep.txt");
        List<TransferInfo> results = await _pair.FetchAsync(
            null, "x/secret.KEY", "x/node_modules/x/y.js", "x/NODE_MODULES/x/y.js", "x/sub/.git/config", "x/keep.txt");
        Assert.All(results.Where(r => r.Name != "keep.txt"), r => NodePair.AssertFailed(PeerError.FileNotFound, r));
        NodePair.AssertHolds(_pair.Client["in"], "keep.txt");
    }

    [Fact]
    public async Task A_shared_folder_that_disappears_hides_nothing_else_and_is_served_when_it_is_back()
    {
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"] }, TestNode.Patience);
        Directory.Move(_pair.Server["lasting"], _pair.Server["away"]);

        await AssertFindsAsync("docs/d.txt");
        NodePair.AssertFailed(PeerError.FileNotFound, await _pair.FetchOneAsync("lasting/l.txt"));
        Assert.Equal("not found", (await Server.GetSharesAsync(TestNode.Patience)).Single(s => s.Name == "lasting").Problem);

        Directory.Move(_pair.Server["away"], _pair.Server["lasting"]);
        await AssertFindsAsync("docs/d.txt", "lasting/l.txt");
        NodePair.AssertCompleted(await _pair.FetchOneAsync("lasting/l.txt"));
        Assert.All(await Server.GetSharesAsync(TestNode.Patience), s => Assert.Null(s.Problem));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_missing_when_the_node_starts_is_served_when_it_is_there(bool isFile)
    {
        string path = _pair.Server[isFile ? "late.txt" : "late"];
        MakeLate();
        await Server.AddShareAsync(new ShareOptions { Path = path }, TestNode.Patience);
        await StopAsync();
        Remove();
        await StartAsync();
        await AssertFindsAsync();
        Assert.Equal("not found", Assert.Single(await Server.GetSharesAsync(TestNode.Patience)).Problem);

        MakeLate();

        await AssertFindsAsync(isFile ? "late.txt" : "late/x");
        ShareInfo share = Assert.Single(await Server.GetSharesAsync(TestNode.Patience));
        Assert.Equal((isFile, null), (share.IsSingleFile, share.Problem));

        void MakeLate() => _pair.Server.Write(isFile ? "late.txt" : "late/x", [1]);

        void Remove()
        {
            if (isFile)
            {
                File.Delete(path);
            }
            else
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    [Fact]
    public async Task A_link_that_the_user_shares_is_followed_and_none_below_it()
    {
        File.CreateSymbolicLink(_pair.Server["latest.txt"], _pair.Server["lasting", "l.txt"]);
        Directory.CreateSymbolicLink(_pair.Server["current"], _pair.Server["lasting"]);
        Directory.CreateSymbolicLink(_pair.Server["lasting", "up"], _pair.Server["docs"]);
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["latest.txt"] }, TestNode.Patience);
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["current"] }, TestNode.Patience);

        await AssertFindsAsync("current/l.txt", "docs/d.txt", "latest.txt");
        Assert.All(await _pair.FetchAsync(null, "latest.txt", "current/l.txt"), NodePair.AssertCompleted);
    }

    [Fact]
    public async Task A_file_in_place_of_a_shared_folder_is_not_served()
    {
        await Server.AddShareAsync(new ShareOptions { Path = _pair.Server["lasting"] }, TestNode.Patience);
        Directory.Delete(_pair.Server["lasting"], recursive: true);
        _pair.Server.Write("lasting", [1]);

        await AssertFindsAsync("docs/d.txt");
        Assert.Equal("not a folder any more", (await Server.GetSharesAsync(TestNode.Patience)).Single(s => s.Name == "lasting").Problem);
    }

    private async Task AssertFindsAsync(params string[] expected) =>
        Assert.Equal(expected, (await _pair.Client.FindAsync()).Select(f => f.SharePath).Order(StringComparer.Ordinal));

    private Task StopAsync() => Server.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

    private async Task StartAsync(params string[] paths)
    {
        ServerInfo server = await _pair.Server.StartAsync(paths);
        await _pair.Client.Node.SetPeerAsync(_pair.ServerId, new() { Addresses = server.Endpoints }, TestNode.Patience);
    }

    private async Task RestartAsync(params string[] paths)
    {
        await StopAsync();
        await StartAsync(paths);
    }
}
