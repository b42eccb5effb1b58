using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Two nodes that run and trust each other keep each other's catalogs.</summary>
public sealed class AnnouncedCatalogTests : IAsyncLifetime
{
    private readonly TestNode _holder = new(pace: QuickPace.Value);
    private readonly TestNode _listener = new(pace: QuickPace.Value);

    public async Task InitializeAsync()
    {
        _holder.Write("docs/a.txt", "a"u8.ToArray());
        _holder.Write("docs/deep/er/b.txt", "bb"u8.ToArray());
        await _holder.StartAsync(_holder.Folder("docs"));
        await _holder.BefriendAsync(_listener);
        await _listener.StartAsync(new ServerOptions { Name = "listener" });
    }

    public async Task DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _holder.DisposeAsync();
    }

    private PeerTarget Holder => _listener.Node.ResolvePeer("server");

    private Core.Identity.NodeId ListenerId => _listener.Node.GetIdentity().NodeId;

    private Core.Identity.NodeId HolderId => _holder.Node.GetIdentity().NodeId;

    [Fact]
    public async Task What_a_peer_shares_is_known_without_asking_it()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;

        List<RemoteFile> found = await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");

        RemoteFile a = found.Single(file => file.Name == "a.txt");
        Assert.Equal(("docs", 1L, "server", HolderId, false), (a.Share, a.Length, a.Peer, a.NodeId, a.IsOnline));
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 12, 34, 56, TimeSpan.Zero), a.LastWriteTime);
        Assert.InRange(a.AsOf!.Value, before.AddSeconds(-1), DateTimeOffset.UtcNow);
        Assert.Equal(["docs/deep/er/b.txt"], (await _listener.FindAsync(new FindOptions { Stored = StoredAnswers.Only, Names = ["B*"] })).Select(file => file.SharePath));
        Assert.Empty(await _listener.FindAsync(new FindOptions { Stored = StoredAnswers.Only, MinimumLength = 3 }));
    }

    [Fact]
    public async Task Changes_are_told_as_they_come()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");

        _holder.Write("docs/new.txt", "new"u8.ToArray());
        _holder.Write("docs/deep/c.txt", "c"u8.ToArray());
        File.Delete(_holder["docs", "a.txt"]);
        await _listener.StoredAsync("docs/deep/c.txt", "docs/deep/er/b.txt", "docs/new.txt");
        Directory.Delete(_holder["docs", "deep"], recursive: true);
        Directory.CreateDirectory(_holder["docs", "a.txt"]);
        await _listener.StoredAsync("docs/new.txt");
        Directory.Delete(_holder["docs", "a.txt"]);
        File.Move(_holder["docs", "new.txt"], _holder["docs", "a.txt"]);

        await _listener.StoredAsync("docs/a.txt");
    }

    [Fact]
    public async Task The_hash_is_told_once_the_holder_knows_it()
    {
        List<RemoteFile> found = await _listener.StoredAsync(files => files.Count == 2 && files.All(file => file.Hash is not null));

        Assert.Equal(Blake3Hasher.Hash("bb"u8), found.Single(file => file.Name == "b.txt").Hash);
        RemoteFile byContent = Assert.Single(await _listener.FindAsync(new FindOptions { Stored = StoredAnswers.Only, Hash = Blake3Hasher.Hash("a"u8) }));
        Assert.Equal("docs/a.txt", byContent.SharePath);
    }

    [Fact]
    public async Task A_peer_that_is_gone_is_answered_for_and_fetched_from_when_it_is_back()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");
        int port = (await _holder.Node.GetServerAsync(TestNode.Patience))!.Port;
        await _holder.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

        List<SearchResult> results = await SearchAsync(new FindOptions { Stored = StoredAnswers.WhenOffline, Names = ["a.txt"] });

        Assert.Equal(PeerError.PeerUnreachable, results[0].Failure?.Error);
        RemoteFile file = Assert.IsType<RemoteFile>(results[1].File);
        Assert.False(file.IsOnline);
        Assert.NotNull(file.AsOf);
        Assert.Equal(2, results.Count);
        Assert.Null(Assert.Single(await SearchAsync(new FindOptions { Names = ["a.txt"] })).File);

        await _holder.StartAsync(new ServerOptions { Paths = [_holder["docs"]], Port = port });
        TransferInfo fetched = Assert.Single(await _listener.FetchAsync(new FetchOptions { Destination = _listener["in"] }, file));
        NodePair.AssertCompleted(fetched);
        Assert.Equal("a", await File.ReadAllTextAsync(_listener["in", "a.txt"]));
        RemoteFile live = Assert.Single(await _listener.FindAsync(new FindOptions { Stored = StoredAnswers.WhenOffline, Names = ["a.txt"] }));
        Assert.Equal((true, null), (live.IsOnline, live.AsOf));
    }

    [Fact]
    public async Task What_happened_while_nobody_listened_is_made_up_for()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");
        await _listener.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        File.Delete(_holder["docs", "a.txt"]);
        _holder.Write("docs/later.txt", "later"u8.ToArray());

        // Another process of the home, without a server, knows what was known.
        Assert.Equal(2, (await _listener.FindAsync(new FindOptions { Stored = StoredAnswers.Only })).Count);
        await _listener.StartAsync(new ServerOptions { Name = "listener" });

        await _listener.StoredAsync("docs/deep/er/b.txt", "docs/later.txt");
    }

    [Fact]
    public async Task Only_what_the_listener_may_see_is_told_also_when_that_changes()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");
        _holder.Write("own/mine.txt", "mine"u8.ToArray());
        _holder.Write("left/kept.txt", "kept"u8.ToArray());
        _holder.Write("left/secret.key", "secret"u8.ToArray());
        await _holder.Node.AddShareAsync(new() { Path = _holder["own"], Peers = [HolderId] }, TestNode.Patience);
        await _holder.Node.AddShareAsync(new() { Path = _holder["left"], Exclude = ["*.key"] }, TestNode.Patience);
        await _holder.Node.AddShareAsync(new() { Path = _holder.Write("single.txt", "one"u8.ToArray()) }, TestNode.Patience);
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt", "left/kept.txt", "single.txt");

        File.Delete(_holder["single.txt"]);
        await _holder.Node.RemoveShareAsync("left", TestNode.Patience);
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");

        await _holder.Node.SetPeerAsync(ListenerId, new PeerChange { Allow = PeerRights.None }, TestNode.Patience);
        await _listener.StoredAsync();
        await _holder.Node.SetPeerAsync(ListenerId, new PeerChange { Allow = PeerRights.Browse }, TestNode.Patience);
        List<RemoteFile> browsed = await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");
        Assert.All(browsed, file => Assert.Null(file.Hash));
    }

    [Fact]
    public async Task A_catalog_goes_with_the_trust_in_its_peer()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");
        PeerTarget holder = Holder;

        await _listener.Node.RemovePeerAsync(HolderId, TestNode.Patience);

        FindOptions named = new() { Stored = StoredAnswers.Only, Peers = [holder] };
        Assert.Equal(PeerError.CatalogUnknown, Assert.Single(await SearchAsync(named)).Failure?.Error);
    }

    [Fact]
    public async Task A_catalog_goes_with_the_trust_also_while_no_node_runs()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");
        PeerTarget holder = Holder;
        await _listener.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

        await _listener.Node.RemovePeerAsync(HolderId, TestNode.Patience);

        FindOptions named = new() { Stored = StoredAnswers.Only, Peers = [holder] };
        Assert.Equal(PeerError.CatalogUnknown, Assert.Single(await SearchAsync(named)).Failure?.Error);
    }

    [Fact]
    public async Task A_catalog_goes_when_its_peer_does_not_trust_this_node_any_more()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");

        await _holder.Node.RemovePeerAsync(ListenerId, TestNode.Patience);

        await _listener.StoredAsync();
    }

    [Fact]
    public async Task Listening_keeps_no_node_from_stopping()
    {
        await _listener.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");

        await _holder.Node.StopServerAsync(TimeSpan.FromMinutes(10), force: false, TestNode.Patience);
        await _listener.Node.StopServerAsync(TimeSpan.FromMinutes(10), force: false, TestNode.Patience);
    }

    [Fact]
    public async Task A_peer_is_visited_when_enough_are_listened_to()
    {
        await using TestNode visitor = new(pace: QuickPace.Value with { Standing = 0 });
        await _holder.BefriendAsync(visitor);
        await visitor.StartAsync(new ServerOptions { Name = "visitor" });

        await visitor.StoredAsync("docs/a.txt", "docs/deep/er/b.txt");
        File.Delete(_holder["docs", "a.txt"]);

        await visitor.StoredAsync("docs/deep/er/b.txt");
    }

    private async Task<List<SearchResult>> SearchAsync(FindOptions options)
    {
        List<SearchResult> results = [];
        await foreach (SearchResult result in _listener.Node.FindFilesAsync(options, TestNode.Patience))
        {
            results.Add(result);
        }

        return results;
    }
}
