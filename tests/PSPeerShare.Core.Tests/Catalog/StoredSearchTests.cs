using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Catalog;

/// <summary>
/// Searching what is stored finds what walking finds, and tells nothing that is not there, is left out, or may not be
/// seen.
/// </summary>
public sealed class StoredSearchTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private readonly ShareRegistry _registry = new();
    private readonly Access _access = new();
    private StoredCatalog _stored = null!;
    private ContentIndex _contents = null!;
    private EntryIndex _index = null!;
    private CatalogScanner? _scanner;

    public Task InitializeAsync()
    {
        OwnerOnly.EnsureFolder(_temp["home"], PeerError.HomeUnusable);
        Directory.CreateDirectory(_temp["docs"]);
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await CloseAsync();
        _temp.Dispose();
    }

    [Theory]
    [InlineData("*eport*")]
    [InlineData("*REPORT*")]
    [InlineData("*보고*")]
    [InlineData("*고*")]
    [InlineData("*보고서*")]
    [InlineData("*é*")]
    [InlineData("*ÉTÉ*")]
    [InlineData("r*t?.txt")]
    [InlineData("*.tx[st]")]
    [InlineData("*100`%*")]
    [InlineData("*%*")]
    [InlineData("*_*")]
    [InlineData("*\\*")]
    [InlineData("*\"quoted\"*")]
    [InlineData("*😀*")]
    [InlineData("*nothing has this*")]
    [InlineData("report1.txt")]
    [InlineData("*")]
    public async Task The_stored_names_that_match_are_those_that_a_walk_finds(string pattern)
    {
        Write("report1.txt", "Report2.TXT", "a/REPORTS.txs", "a/b/보고서 2026.hwp", "a/b/보고.txt", "été.md", "ÉTÉ.md", "100%_done.txt");
        Write("a/smile😀face.txt", "x.tx", "unrelated.bin");
        if (!OperatingSystem.IsWindows())
        {
            Write("back\\slash.txt", "a \"quoted\" name.txt");
        }

        await ScanAsync();
        EntryFilter filter = new();
        filter.Names.Add(pattern);
        EntryQuery query = EntryQuery.From(filter);

        Assert.True(_index.Answers(_registry.Find("docs")!));
        Assert.Equal(Walk(query), Search(query));
        Assert.Equal(pattern.Contains("nothing", StringComparison.Ordinal), Search(query).Count == 0);
    }

    [Theory]
    [InlineData("*eport*")]
    [InlineData("*e*")]
    [InlineData("*ÉTÉ*")]
    [InlineData("*")]
    public async Task A_name_is_found_once_whether_it_is_indexed_or_not(string pattern)
    {
        Write("report1.txt", "été.md");
        await ScanAsync();
        await StopAsync();
        long row = _stored.Ask(store => store.Shares.List()[0].Id, 0);
        List<EntryRow> many = [.. Enumerable.Range(0, 2000).Select(i => new EntryRow($"report-ete{i}", false, 1, 2, 3, 4, i))];
        Write("late report.txt", "ÉTÉ.md");
        many.AddRange(new[] { "late report.txt", "ÉTÉ.md" }.Select(name => new EntryRow(name, false, 7, 2, 3, 4, 5)));
        _stored.Ask(store => { store.Entries.Apply([new FolderChange(row, "", many, [])]); return true; }, false);
        Adopt();
        EntryFilter filter = new();
        filter.Names.Add(pattern);
        EntryQuery query = EntryQuery.From(filter);

        Assert.True(_stored.Ask(store => store.Search.Indexed < store.Search.LastId, false));
        Assert.Equal(Walk(query), Search(query));
        Assert.True(_stored.Ask(store => store.Entries.IndexNames(100_000), false));
        Assert.Equal(Walk(query), Search(query));
    }

    [Fact]
    public async Task Several_patterns_paths_and_sizes_narrow_together()
    {
        Write("a/one.txt", "b/one.txt", "b/two.log", "b/three.dat");
        File.WriteAllText(_temp["docs", "b", "one.txt"], "longer than the others");
        await ScanAsync();
        EntryFilter filter = new() { MinimumLength = 10 };
        filter.Names.AddRange(["*one*", "*two*"]);
        filter.Paths.Add("docs/b/*");
        EntryQuery query = EntryQuery.From(filter);

        Assert.Equal(["docs/b/one.txt"], Search(query));
    }

    [Fact]
    public async Task What_is_stored_and_gone_is_not_told_and_what_has_changed_is_told_as_it_is()
    {
        Write("kept.txt", "gone.txt", "grown.txt");
        await ScanAsync();
        await StopAsync();
        File.Delete(_temp["docs", "gone.txt"]);
        File.WriteAllText(_temp["docs", "grown.txt"], "much longer now");
        Adopt();

        using CatalogView view = View();
        List<CatalogEntry> found = [.. view.Search(Everything())];

        Assert.Equal(["docs/grown.txt", "docs/kept.txt"], found.Select(e => e.Name.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(15, found.Single(e => e.Name.Name == "grown.txt").Length);
    }

    [Fact]
    public async Task A_start_answers_from_what_is_stored_before_it_has_scanned()
    {
        Write("a.txt", "b/c.txt");
        await ScanAsync();
        await CloseAsync();
        Open();

        Adopt();

        Assert.True(_index.Answers(_registry.Find("docs")!));
        Assert.Equal(["docs/a.txt", "docs/b/c.txt"], Search(Everything()));
    }

    [Fact]
    public async Task What_the_share_leaves_out_is_neither_stored_nor_told_also_when_the_rule_is_new()
    {
        Write("kept.txt", "secret.key", "private/kept.txt");
        await ScanAsync();
        await StopAsync();
        Share("*.key", "private");

        // The old rows are there, and were stored under other rules.
        Assert.False(_index.Answers(_registry.Find("docs")!));
        await ScanAsync();

        Assert.Equal(["docs/kept.txt"], Search(Everything()));
        Assert.Equal(["kept.txt"], _stored.Ask(store => store.Search.All(0, 100), []).Select(n => n.Name));
    }

    [Fact]
    public async Task Stored_names_that_the_share_leaves_out_are_not_told()
    {
        Write("kept.txt", "secret.key");
        await ScanAsync();
        await StopAsync();
        Share("*.key");
        CatalogShareRow row = _stored.Ask(store => store.Shares.List()[0], null)!;
        _index.Shares["docs"] = new ScannedShare(_registry.Find("docs")!, row.Id) { IsComplete = true, Entries = 2 };

        Assert.Equal(["docs/kept.txt"], Search(Everything()));
    }

    [Fact]
    public async Task What_a_peer_may_not_see_is_not_told()
    {
        Write("open/a.txt", "closed/b.txt");
        await ScanAsync();
        _access.Allowed = name => name.ToString() != "docs/closed/b.txt";

        Assert.Equal(["docs/open/a.txt"], Search(Everything()));
        _access.Allowed = _ => false;
        Assert.Empty(Search(Everything()));
    }

    [Fact]
    public async Task Changes_are_followed_without_a_whole_scan()
    {
        Write("before.txt", "old/inner/deep.txt");
        await ScanAsync();

        Write("after.txt", "new/inner/also.txt");
        Directory.Move(_temp["docs", "old"], _temp["docs", "moved"]);
        File.Delete(_temp["docs", "before.txt"]);

        string[] expected = ["docs/after.txt", "docs/moved/inner/deep.txt", "docs/new/inner/also.txt"];
        await Waiting.UntilAsync(() => expected.SequenceEqual(Search(Everything()), StringComparer.Ordinal));
        await Waiting.UntilAsync(() => _stored.Ask(store => store.Search.All(0, 100), []).Count(n => !n.IsFolder) == 3);
    }

    [Fact]
    public async Task A_content_is_found_by_its_hash_in_what_is_stored()
    {
        Write("a/same.txt", "b/also.txt", "c/other.txt");
        File.WriteAllText(_temp["docs", "c", "other.txt"], "other");
        await ScanAsync();
        ContentHash hash = Blake3Hasher.Hash("content"u8);
        await Waiting.UntilAsync(() => _index.IsHashed(_registry.Find("docs")!));
        EntryQuery query = EntryQuery.From(new EntryFilter { Hash = Google.Protobuf.ByteString.CopyFrom(hash.ToArray()) });

        Assert.Equal(["docs/a/same.txt", "docs/b/also.txt"], Search(query));
        Assert.Equal(
            ["docs/a/same.txt", "docs/b/also.txt"],
            _contents.SharePathsOf(hash, 7).Select(p => p.ToString()).Order(StringComparer.Ordinal));
        Assert.Contains(_temp["docs", "a", "same.txt"], _contents.LocalPathsOf(hash, 7));
    }

    [Fact]
    public async Task Each_change_gets_a_higher_number_and_what_is_gone_leaves_its_name()
    {
        Write("a.txt", "b/c.txt");
        await ScanAsync();
        byte[] epoch = _stored.Ask(store => store.Entries.Epoch, [])!;
        long before = _stored.Ask(store => store.Entries.Sequence, 0);

        File.Delete(_temp["docs", "b", "c.txt"]);
        Directory.Delete(_temp["docs", "b"]);
        Write("d.txt");
        await Waiting.UntilAsync(() => _stored.Ask(store => store.Entries.PutSince(before, 10), []).Any(c => c.Name.Name == "d.txt"));
        await Waiting.UntilAsync(() => _stored.Ask(store => store.Entries.GoneSince(before, 10)!, []).Any(c => c.Path == "b"));

        Assert.All(_stored.Ask(store => store.Entries.PutSince(before, 10), []), c => Assert.True(c.Sequence > before));
        Assert.DoesNotContain(_stored.Ask(store => store.Search.All(0, 100), []), n => n.Name == "c.txt");
        await CloseAsync();
        Open();
        Assert.Equal(epoch, _stored.Ask(store => store.Entries.Epoch, []));
    }

    [Fact]
    public async Task A_share_that_is_no_longer_served_is_forgotten()
    {
        Write("a.txt");
        await ScanAsync();

        _registry.Remove("docs");

        await Waiting.UntilAsync(() => _stored.Ask(store => store.Search.All(0, 100), []).Count == 0);
        Assert.Empty(_stored.Ask(store => store.Search.WithTrigrams("\"TXT\"", 0, long.MaxValue, 10), []));
    }

    [Fact]
    public async Task What_was_passed_over_is_said_by_a_stored_search_as_by_a_walk()
    {
        Write("a.txt", "open/b.txt");
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using IDisposable notText = RawNames.MakeFile(_temp["docs"], [0xFF, 0xFE]);
        using IDisposable latin = RawNames.MakeFile(_temp["docs", "open"], [.. "caf"u8, 0xE9]);
        RawNames.MakeFifo(_temp["docs", "open", "pipe"]);
        File.CreateSymbolicLink(_temp["docs", "link"], _temp["docs", "a.txt"]);
        Write("open/control\u0001.txt");
        await ScanAsync();

        using CatalogView walked = View();
        _ = walked.List(null, recurse: true).Count();
        using CatalogView view = View();
        Assert.Equal(["docs/a.txt", "docs/open/b.txt"], [.. view.Search(Everything()).Select(e => e.Name.ToString()).Order(StringComparer.Ordinal)]);
        Assert.Equal((5L, 3L), (view.Skipped, view.LeftOut));
        Assert.Equal((walked.Skipped, walked.LeftOut), (view.Skipped, view.LeftOut));
        Assert.Equal(("docs", 3L), Assert.Single(view.LeftOutPlaces().Select(place => (place.Folder.ToString(), place.Entries))));
        Assert.Contains("3 whose name cannot travel; for example in its top folder", _index.Describe(_registry.All.Single().Info).LeftOut, StringComparison.Ordinal);

        // A peer that may see a place of the share alone hears of that place alone.
        _access.Allowed = name => name.ToString().StartsWith("docs/open", StringComparison.Ordinal);
        Assert.True(WirePath.TryCreate(["docs", "open"], out WirePath? place, out _));
        _access.Places = [place];
        using CatalogView narrow = View();
        Assert.Equal(["docs/open/b.txt"], narrow.Search(Everything()).Select(e => e.Name.ToString()));
        Assert.Equal((3L, 2L), (narrow.Skipped, narrow.LeftOut));
        Assert.Equal(("docs/open", 2L), Assert.Single(narrow.LeftOutPlaces().Select(place => (place.Folder.ToString(), place.Entries))));

        // Nor does it hear of a place once it may not see that any more.
        _access.Allowed = _ => false;
        _access.Places = [];
        Assert.Empty(narrow.LeftOutPlaces());
    }

    [Fact]
    public async Task What_can_be_told_again_is_no_longer_counted_as_passed_over()
    {
        Write("a.txt");
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using (RawNames.MakeFile(_temp["docs"], [0xFF]))
        {
            await ScanAsync();
            Assert.Equal(1, LeftOut());
        }

        Write("b.txt");
        await Waiting.UntilAsync(() => LeftOut() == 0);
    }

    private long LeftOut()
    {
        using CatalogView view = View();
        _ = view.Search(Everything()).Count();
        return view.LeftOut;
    }

    private static EntryQuery Everything() => EntryQuery.From(null);

    private void Open()
    {
        _stored = new StoredCatalog(_temp["home"], EventLog.Null, TimeProvider.System);
        _contents = new ContentIndex(_stored, TimeProvider.System);
        _index = new EntryIndex(_stored) { Threshold = 0 };
        Share();
    }

    private void Share(params string[] exclude)
    {
        _registry.Clear();
        _registry.Add(new ShareInfo("docs", _temp["docs"], null, exclude, true, false, null));
    }

    private async Task CloseAsync()
    {
        await StopAsync();
        await _contents.DisposeAsync();
        _stored.Dispose();
    }

    private async Task StopAsync()
    {
        if (_scanner is not null)
        {
            await _scanner.DisposeAsync();
            _scanner = null;
        }
    }

    private async Task ScanAsync()
    {
        _scanner = new CatalogScanner(_registry, _index, _stored, _contents, new TransferCounters(), EventLog.Null);
        await Waiting.UntilAsync(() => _index.Find(_registry.Find("docs")!) is { IsComplete: true });
    }

    /// <summary>What a scanner does first.</summary>
    private void Adopt() => CatalogScanner.Adopt(_registry, _index, _stored);

    private void Write(params string[] names)
    {
        foreach (string name in names)
        {
            string path = _temp[["docs", .. name.Split('/')]];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "content");
        }
    }

    private CatalogView View() => new(_registry, _access, _contents, _index);

    private List<string> Search(EntryQuery query)
    {
        using CatalogView view = View();
        return [.. view.Search(query).Where(e => !e.IsFolder && query.Accepts(e)).Select(e => e.Name.ToString()).Order(StringComparer.Ordinal)];
    }

    private List<string> Walk(EntryQuery query)
    {
        using CatalogView view = View();
        return [.. view.List(null, recurse: true).Where(e => !e.IsFolder && query.Accepts(e)).Select(e => e.Name.ToString()).Order(StringComparer.Ordinal)];
    }

    private sealed class Access : IShareAccess
    {
        public Func<WirePath, bool> Allowed { get; set; } = _ => true;

        public bool May(ServedShare share, WirePath name) => Allowed(name);

        public IReadOnlyList<WirePath> Places { get; set; } = [];

        public IReadOnlyList<WirePath> PlacesIn(ServedShare share) => Places;
    }
}
