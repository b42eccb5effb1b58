using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Finding files at peers.</summary>
public sealed class SearchTests : IAsyncLifetime
{
    private static readonly DateTime Old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime New = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/a.txt", "a"u8.ToArray(), Old);
        _pair.Server.Write("docs/Report.LOG", "report"u8.ToArray(), New);
        _pair.Server.Write("docs/deep/er/b.txt", new byte[1000], New);
        _pair.Server.Write("docs/deep/[b].txt", "bracket"u8.ToArray(), Old);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData("*.txt", "docs/a.txt|docs/deep/[b].txt|docs/deep/er/b.txt")]
    [InlineData("report.log", "docs/Report.LOG")]
    [InlineData("?.txt", "docs/a.txt|docs/deep/er/b.txt")]
    [InlineData("[a-b].txt", "docs/a.txt|docs/deep/er/b.txt")]
    [InlineData("`[b`].txt", "docs/deep/[b].txt")]
    [InlineData("deep", "")]
    [InlineData("nothing*", "")]
    public Task Names_match_by_wildcards_whatever_the_case(string name, string expected) =>
        AssertFindsAsync(new FindOptions { Names = [name] }, expected);

    [Theory]
    [InlineData("docs/deep/*", "docs/deep/[b].txt|docs/deep/er/b.txt")]
    [InlineData("*/er/*", "docs/deep/er/b.txt")]
    [InlineData("docs/a.txt", "docs/a.txt")]
    [InlineData("a.txt", "")]
    public Task Paths_match_the_whole_share_path(string path, string expected) =>
        AssertFindsAsync(new FindOptions { Paths = [path] }, expected);

    [Fact]
    public async Task Any_of_several_patterns_is_enough_and_names_and_paths_both_have_to_match()
    {
        await AssertFindsAsync(new FindOptions { Names = ["a.*", "*.log"] }, "docs/Report.LOG|docs/a.txt");
        await AssertFindsAsync(new FindOptions { Names = ["*.txt"], Paths = ["docs/deep/*"] }, "docs/deep/[b].txt|docs/deep/er/b.txt");
    }

    [Fact]
    public async Task Lengths_and_times_are_inclusive_bounds()
    {
        await AssertFindsAsync(new FindOptions { MinimumLength = 7 }, "docs/deep/[b].txt|docs/deep/er/b.txt");
        await AssertFindsAsync(new FindOptions { MaximumLength = 6, MinimumLength = 6 }, "docs/Report.LOG");
        await AssertFindsAsync(new FindOptions { ModifiedAfter = New }, "docs/Report.LOG|docs/deep/er/b.txt");
        await AssertFindsAsync(new FindOptions { ModifiedBefore = Old }, "docs/a.txt|docs/deep/[b].txt");
        await AssertFindsAsync(new FindOptions { ModifiedAfter = DateTimeOffset.MinValue, ModifiedBefore = DateTimeOffset.MaxValue, Names = ["a*"] }, "docs/a.txt");
    }

    [Fact]
    public async Task A_hash_finds_the_content_whatever_its_name()
    {
        _pair.Server.Write("docs/deep/copy.bin", "report"u8.ToArray());
        ContentHash hash = Blake3Hasher.Hash("report"u8);

        await AssertFindsAsync(new FindOptions { Hash = hash }, "docs/Report.LOG|docs/deep/copy.bin");
        Assert.All(await _pair.Client.FindAsync(new FindOptions { Hash = hash }), f => Assert.Equal(hash, f.Hash));
    }

    [Fact]
    public async Task Looking_for_content_takes_the_right_to_read()
    {
        await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { Allow = PeerRights.Browse }, TestNode.Patience);

        await AssertFindsAsync(new FindOptions { Hash = Blake3Hasher.Hash("report"u8) }, "");
        await AssertFindsAsync(new FindOptions { Names = ["a.txt"] }, "docs/a.txt");
        NodePair.AssertFailed(PeerError.FileNotFound, await _pair.FetchOneAsync("docs/a.txt"));
    }

    [Fact]
    public async Task What_is_found_is_complete()
    {
        RemoteFile found = Assert.Single(await _pair.Client.FindAsync(new FindOptions { Names = ["a.txt"] }));

        Assert.Equal(
            new RemoteFile("a.txt", "docs/a.txt", "docs", 1, new DateTimeOffset(Old), null, "server", _pair.ServerId, IsOnline: true), found);
    }

    [Fact]
    public async Task The_homes_own_node_is_asked_only_when_it_is_meant()
    {
        await _pair.Server.Node.RemovePeerAsync(_pair.ClientId, TestNode.Patience);
        Assert.Empty(await _pair.Server.FindAsync());

        List<RemoteFile> found = await _pair.Server.FindAsync(new FindOptions { IncludeSelf = true, Names = ["a.txt"] });

        Assert.Equal(_pair.ServerId, Assert.Single(found).NodeId);
        Assert.DoesNotContain(_pair.Server.Node.GetPeers(), p => p.NodeId == _pair.ServerId);
        NodePair.AssertCompleted(Assert.Single(await _pair.Server.FetchAsync(new() { Destination = _pair.Server["own"] }, found)));
    }

    [Fact]
    public async Task Dead_peers_cost_one_failure_each_and_delay_nobody()
    {
        using HostileListener silent = new();
        FindOptions options = new()
        {
            Peers = [Nobody(1, "silent", silent.Port), Nobody(2, "closed", 1), _pair.Peer, new PeerTarget("homeless", IdOf(3), [])],
            Timeout = TimeSpan.FromSeconds(20),
        };
        List<string> found = [];
        List<PeerShareException> failures = [];
        await foreach (SearchResult result in _pair.Client.Node.FindFilesAsync(options, TestNode.Patience))
        {
            if (result.File is { } file)
            {
                found.Add(file.SharePath);
            }
            else
            {
                failures.Add(result.Failure!);
            }

            if (found.Count == 4 && failures.Count == 2)
            {
                break;
            }
        }

        // The silent one is still being waited for.
        Assert.Equal(
            [("closed", PeerError.PeerUnreachable), ("homeless", PeerError.PeerHasNoAddress)],
            failures.OrderBy(f => f.Target, StringComparer.Ordinal).Select(f => (f.Target!, f.Error)));
    }

    [Fact]
    public async Task A_peer_that_only_dials_in_is_no_failure_when_nobody_named_it()
    {
        await _pair.Client.Node.AddPeerAsync(new AddPeerOptions { NodeId = IdOf(3), Name = "homeless" }, TestNode.Patience);

        RemoteFile found = Assert.Single(await _pair.Client.FindAsync(new FindOptions { Names = ["a.txt"] }));

        Assert.Equal("docs/a.txt", found.SharePath);
    }

    [Fact]
    public async Task A_silent_peer_fails_after_its_timeout()
    {
        using HostileListener silent = new();
        FindOptions options = new() { Peers = [Nobody(1, "silent", silent.Port)], Timeout = TimeSpan.FromMilliseconds(300) };

        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(() => _pair.Client.FindAsync(options));

        Assert.Equal((PeerError.ConnectTimeout, "silent"), (failure.Error, failure.Target));
    }

    [Fact]
    public async Task A_peer_that_falls_silent_in_its_answer_fails_after_the_timeout()
    {
        using FaultProxy proxy = await _pair.InterposeAsync();
        Assert.NotEmpty(await _pair.Client.FindAsync());
        proxy.StallAfterBytes = proxy.Passed;

        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(
            () => _pair.Client.FindAsync(new FindOptions { Timeout = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal((PeerError.ConnectTimeout, "server"), (failure.Error, failure.Target));
    }

    [Fact]
    public async Task A_search_that_is_left_early_ends()
    {
        for (int i = 0; i < 3_000; i++)
        {
            _pair.Server.Write($"docs/many/f{i}", []);
        }

        for (int round = 0; round < 40; round++)
        {
            // More rounds than streams: each of them has to end at the peer as well.
            await foreach (SearchResult result in _pair.Client.Node.FindFilesAsync(new FindOptions(), TestNode.Patience))
            {
                Assert.NotNull(result.File);
                break;
            }
        }

        await AssertFindsAsync(new FindOptions { Names = ["a.txt"] }, "docs/a.txt");
    }

    [Fact]
    public async Task A_search_can_be_cancelled_while_it_waits()
    {
        using HostileListener silent = new();
        using CancellationTokenSource stop = new();
        FindOptions options = new() { Peers = [Nobody(1, "silent", silent.Port)], Timeout = TimeSpan.FromMinutes(5) };
        Task searching = Task.Run(async () =>
        {
            await foreach (SearchResult _ in _pair.Client.Node.FindFilesAsync(options, stop.Token))
            {
            }
        });
        using System.Net.Sockets.Socket caller = await silent.AcceptAsync();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => searching.Within());
    }

    [Fact]
    public async Task Without_peers_nothing_is_found()
    {
        await using TestNode alone = new();

        Assert.Empty(await alone.FindAsync());
    }

    [Fact]
    public async Task Very_many_entries_are_streamed_and_held_by_nobody()
    {
        const int Folders = 30;
        const int PerFolder = 1_000;
        Parallel.For(0, Folders, new ParallelOptions { MaxDegreeOfParallelism = 2 }, folder =>
        {
            string path = Directory.CreateDirectory(_pair.Server["docs", "many", $"folder-{folder:000}"]).FullName;
            for (int i = 0; i < PerFolder; i++)
            {
                File.OpenHandle(Path.Combine(path, $"a-file-with-a-name-of-usual-length-{i:0000}.txt"), FileMode.CreateNew, FileAccess.Write).Dispose();
            }
        });
        List<WeakReference> given = [];
        int most = 0;

        await foreach (SearchResult result in _pair.Client.Node.FindFilesAsync(new FindOptions { Paths = ["docs/many/*"] }, TestNode.Patience))
        {
            given.Add(new WeakReference(result.File));
            if (given.Count % 10_000 == 0)
            {
                GC.Collect();
                most = Math.Max(most, given.Count(file => file.IsAlive));
            }
        }

        Assert.Equal(Folders * PerFolder, given.Count);

        // What was given is in the batch that is being read, and nowhere else.
        Assert.InRange(most, 1, 5_000);
    }

    private static PeerTarget Nobody(int seed, string name, int port) => new(name, IdOf(seed), [$"127.0.0.1:{port}"]);

    private static NodeId IdOf(int seed) => Trust.TrustFixture.Node(seed);

    private async Task AssertFindsAsync(FindOptions options, string expected) => Assert.Equal(
        expected.Split('|', StringSplitOptions.RemoveEmptyEntries),
        (await _pair.Client.FindAsync(options)).Select(f => f.SharePath).Order(StringComparer.Ordinal));
}
