using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Names as they are on real disks, and what only looks like a file.</summary>
public sealed class FetchNamesTests : IAsyncLifetime
{
    private static readonly string[] Names =
    [
        "Index.html", "index.html", "INDEX.HTML", "log-2026-11-22T18:50", "한국어 파일.txt", "🙂.txt", "-rf", "--help", "[a].txt", "a.txt",
        "with space .txt", " leading", "trailing ", "trailing.", "CON", "back\\slash", "quote'\"$(x)`y`", "*?", "%2e%2e", "~", ".hidden",
        "e\u0301 decomposed", "\u00e9 composed", new string('x', 255), new string('한', 85),
    ];

    private NodePair _pair = null!;

    public async Task InitializeAsync() => _pair = await NodePair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Every_name_that_the_file_system_holds_arrives_as_it_is()
    {
        foreach (string name in Names)
        {
            _pair.Server.Write($"docs/{name}", System.Text.Encoding.UTF8.GetBytes(name));
            _pair.Server.Write($"docs/below/{name}/{name}", [1]);
        }

        List<RemoteFile> found = await _pair.Client.FindAsync();
        List<TransferInfo> results = await _pair.Client.FetchAsync(_pair.In(), found);

        Assert.Equal(Names.Order(StringComparer.Ordinal), found.Where(f => f.SharePath.Split('/').Length == 2).Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(results, NodePair.AssertCompleted);
        Assert.All(Names, name => Assert.Equal(name, File.ReadAllText(_pair.Client["in", name])));
        Assert.All(Names, name => Assert.Equal([1], File.ReadAllBytes(_pair.Client["in", "below", name, name])));
    }

    [Fact]
    public async Task Links_special_files_and_names_that_cannot_travel_are_passed_over_and_counted()
    {
        string docs = _pair.Server["docs"];
        _pair.Server.Write("docs/plain", [1]);
        _pair.Server.Write("outside/secret", [2]);
        File.CreateSymbolicLink(Path.Combine(docs, "link"), _pair.Server["outside", "secret"]);
        Directory.CreateSymbolicLink(Path.Combine(docs, "folder-link"), _pair.Server["outside"]);
        File.CreateSymbolicLink(Path.Combine(docs, "dangling"), "nowhere");
        File.CreateSymbolicLink(Path.Combine(docs, "loop"), "loop");
        Files.RawNames.MakeFifo(Path.Combine(docs, "fifo"));
        File.WriteAllBytes(Path.Combine(docs, "new\nline"), [3]);
        File.WriteAllBytes(Path.Combine(docs, "esc\u001b[2J"), [3]);

        Assert.Equal(["docs/plain"], (await _pair.Client.FindAsync()).Select(f => f.SharePath));
        List<TransferInfo> results = await _pair.FetchAsync(
            null, "docs/link", "docs/folder-link/secret", "docs/dangling", "docs/loop", "docs/fifo", "docs/new\nline", "docs/plain");

        Assert.All(results.Where(r => r.Name != "plain"), r => NodePair.AssertFailed(PeerError.FileNotFound, r));
        NodePair.AssertHolds(_pair.Client["in"], "plain");
    }

    [Fact]
    public async Task A_tree_as_deep_as_names_may_be_arrives()
    {
        string[] deep = [.. Enumerable.Repeat("d", 62)];
        Directory.CreateDirectory(_pair.Server[["docs", .. deep]]);
        File.WriteAllBytes(_pair.Server[["docs", .. deep, "f"]], [1]);
        Directory.CreateDirectory(_pair.Server[["docs", .. deep, "x"]]);
        File.WriteAllBytes(_pair.Server[["docs", .. deep, "x", "too-deep"]], [1]);

        RemoteFile found = Assert.Single(await _pair.Client.FindAsync());

        NodePair.AssertCompleted(Assert.Single(await _pair.Client.FetchAsync(_pair.In(), found)));
        Assert.Equal([1], File.ReadAllBytes(_pair.Client[["in", .. deep, "f"]]));
    }
}
