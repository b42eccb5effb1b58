using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Catalog;

/// <summary>What a scan hashes on the way is right, and what it leaves out is known to be left.</summary>
public sealed class FreshFilesTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private readonly TransferCounters _counters = new();

    // A minute later everything has settled.
    private readonly TimeProvider _clock = new LaterClock();
    private StoredCatalog _stored = null!;
    private ContentIndex _contents = null!;
    private ServedShare _served = null!;
    private ScannedShare _share = null!;
    private ShareReader _reader = null!;

    public Task InitializeAsync()
    {
        OwnerOnly.EnsureFolder(_temp["home"], PeerError.HomeUnusable);
        Directory.CreateDirectory(_temp["docs"]);
        _stored = new StoredCatalog(_temp["home"], EventLog.Null, TimeProvider.System);
        _contents = new ContentIndex(_stored, TimeProvider.System);
        ShareRegistry registry = new();
        registry.Add(new ShareInfo("docs", _temp["docs"], null, [], true, false, null));
        _served = registry.Find("docs")!;
        _share = new ScannedShare(_served, 1);
        _reader = new ShareReader(_served);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _reader.Dispose();
        await _contents.DisposeAsync();
        _stored.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Short_files_are_known_afterwards_and_nothing_is_left()
    {
        List<EntryRow> rows = Rows("a.txt", "b.txt", "empty");

        FreshFiles fresh = Hash(rows);

        Assert.False(fresh.HasLeft);
        Assert.All(rows, row => Assert.Equal(Blake3Hasher.Hash(File.ReadAllBytes(_temp["docs", row.Name])), Known(row)));
    }

    [Fact]
    public void A_file_that_changed_since_the_scan_looked_is_left()
    {
        List<EntryRow> rows = Rows("a.txt", "b.txt");
        File.AppendAllText(_temp["docs", "b.txt"], "more");

        FreshFiles fresh = Hash(rows);

        Assert.True(fresh.HasLeft);
        Assert.NotNull(Known(rows[0]));
        Assert.Null(Known(rows[1]));
    }

    [Fact]
    public void A_file_that_was_changed_a_moment_ago_is_left()
    {
        List<EntryRow> rows = Rows("a.txt");
        File.SetLastWriteTimeUtc(_temp["docs", "a.txt"], _clock.GetUtcNow().UtcDateTime.AddSeconds(-1));
        rows = [RowOf("a.txt")];

        Assert.True(Hash(rows).HasLeft);
        Assert.Null(Known(rows[0]));
    }

    [Fact]
    public void A_file_that_is_not_short_is_left()
    {
        File.WriteAllBytes(_temp["docs", "long"], new byte[GroupLayout.FewestBytes + 1]);
        List<EntryRow> rows = Rows("a.txt", "long");

        Assert.True(Hash(rows).HasLeft);
        Assert.NotNull(Known(rows[0]));
    }

    [Fact]
    public void What_is_known_already_is_not_read()
    {
        List<EntryRow> rows = Rows("a.txt");
        _contents.RememberNew(FactsOf(rows[0]), _clock.GetUtcNow(), Blake3Hasher.Hash("known"u8));
        _contents.Flush();

        Assert.False(Hash(rows).HasLeft);
        Assert.Equal(Blake3Hasher.Hash("known"u8), Known(rows[0]));
    }

    [Fact]
    public void While_something_is_transferred_all_is_left()
    {
        List<EntryRow> rows = Rows("a.txt");
        TransferPause pause = new(_counters);
        FreshFiles fresh = new(_share, _reader, _stored, _contents, pause, _clock);
        fresh.Add("", rows);

        _counters.AddSent(1);
        Assert.True(SpinWait.SpinUntil(() => pause.IsCalled, TimeSpan.FromSeconds(30)));
        _counters.AddSent(1);

        Assert.False(fresh.HashSome(CancellationToken.None));
        Assert.True(fresh.HasLeft);
    }

    [Fact]
    public void A_folder_that_went_is_left()
    {
        Directory.CreateDirectory(_temp["docs", "sub"]);
        List<EntryRow> rows = Rows("a.txt");
        Directory.Delete(_temp["docs", "sub"]);
        FreshFiles fresh = new(_share, _reader, _stored, _contents, new TransferPause(_counters), _clock);
        fresh.Add("sub", rows);

        Assert.True(fresh.HashSome(CancellationToken.None));
        Assert.True(fresh.HasLeft);
    }

    private FreshFiles Hash(List<EntryRow> rows)
    {
        FreshFiles fresh = new(_share, _reader, _stored, _contents, new TransferPause(_counters), _clock);
        fresh.Add("", rows);
        while (fresh.HasSome && fresh.HashSome(CancellationToken.None))
        {
        }

        return fresh;
    }

    /// <summary>Rows of files that were made long ago, as a scan saw them.</summary>
    private List<EntryRow> Rows(params string[] names)
    {
        foreach (string name in names.Where(name => !File.Exists(_temp["docs", name])))
        {
            File.WriteAllText(_temp["docs", name], name == "empty" ? "" : name);
        }

        return [.. names.Select(RowOf)];
    }

    private EntryRow RowOf(string name)
    {
        FileFacts facts = _reader.Entries([], new EntrySkips()).Single(entry => entry.Name == name).Facts;
        return new EntryRow(
            name, false, facts.Length, facts.ModifiedUnixNs, facts.ChangedUnixNs, unchecked((long)facts.Device), unchecked((long)facts.Inode));
    }

    private ContentHash? Known(EntryRow row) => _contents.TryGet(FactsOf(row), out ContentHash root) ? root : null;

    private static FileFacts FactsOf(EntryRow row) =>
        new(row.Length, row.Modified, unchecked((ulong)row.Device), unchecked((ulong)row.Inode), row.Changed);

    private sealed class LaterClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMinutes(1);
    }
}
