using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Catalog;

/// <summary>What is known of a file holds for exactly that state of it, and outlives the process.</summary>
public sealed class ContentIndexTests : IAsyncLifetime
{
    private static readonly ContentHash One = Blake3Hasher.Hash("one"u8);
    private static readonly ContentHash Two = Blake3Hasher.Hash("two"u8);
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TempFolder _temp = new();
    private readonly SetClock _clock = new();
    private StoredCatalog _stored = null!;
    private ContentIndex _index = null!;

    private string Database => _temp["home", CatalogStore.FileName];

    public Task InitializeAsync()
    {
        OwnerOnly.EnsureFolder(_temp["home"], PeerError.HomeUnusable);
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await CloseAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task What_was_read_is_known_at_once_and_after_a_restart()
    {
        FileFacts facts = Facts(age: TimeSpan.FromMinutes(1));
        byte[] content = new byte[100_000];
        Outboard tree = ParallelHasher.Hash(content, 1, CancellationToken.None);
        FileFacts large = facts with { Inode = 2, Length = content.Length };

        _index.Remember(facts, Now, One);
        _index.Remember(large, Now, tree.Root, tree);
        Assert.Equal((One, tree.Root), (Known(facts), Known(large)));
        await CloseAsync();
        Open();

        Assert.Equal((One, tree.Root), (Known(facts), Known(large)));
        Assert.Equal(tree.Bytes.ToArray(), _index.TreeOf(tree.Root, content.Length)!.Bytes.ToArray());
        Assert.Null(_index.TreeOf(One, 5_000_000));
    }

    [Fact]
    public void One_file_of_many_names_takes_no_room_from_others()
    {
        FileFacts linked = Facts(age: TimeSpan.FromMinutes(1)), other = linked with { Inode = 2 };
        for (int name = 0; name < 250_000; name++)
        {
            _index.RememberNew(linked, Now, One);
        }

        _index.RememberNew(other, Now, Two);

        Assert.Equal((One, Two), (Known(linked), Known(other)));
        Assert.Equal(0, _index.Forgotten);
    }

    [Theory]
    [InlineData(nameof(FileFacts.Length))]
    [InlineData(nameof(FileFacts.ModifiedUnixNs))]
    [InlineData(nameof(FileFacts.ChangedUnixNs))]
    [InlineData(nameof(FileFacts.Inode))]
    [InlineData(nameof(FileFacts.Device))]
    public void A_file_of_which_anything_differs_is_not_known(string what)
    {
        FileFacts facts = Facts(age: TimeSpan.FromMinutes(1));
        _index.Remember(facts, Now, One);
        _index.Flush();

        FileFacts other = what switch
        {
            nameof(FileFacts.Length) => facts with { Length = 4 },
            nameof(FileFacts.ModifiedUnixNs) => facts with { ModifiedUnixNs = facts.ModifiedUnixNs + 1 },
            nameof(FileFacts.ChangedUnixNs) => facts with { ChangedUnixNs = facts.ChangedUnixNs + 1 },
            nameof(FileFacts.Inode) => facts with { Inode = 7 },
            _ => facts with { Device = 7 },
        };

        Assert.Null(Known(other));
        Assert.Equal(One, Known(facts));
    }

    [Theory]
    [InlineData(0.0, 60)]
    [InlineData(60, 0.5)]
    [InlineData(1.9, 1.9)]
    [InlineData(-3600, 60)]
    [InlineData(60, -3600)]
    public void What_changed_shortly_before_it_was_read_or_later_than_now_is_not_kept(double modifiedAgo, double changedAgo)
    {
        FileFacts facts = Facts(TimeSpan.Zero) with
        {
            ModifiedUnixNs = UnixNs(Now - TimeSpan.FromSeconds(modifiedAgo)),
            ChangedUnixNs = UnixNs(Now - TimeSpan.FromSeconds(changedAgo)),
        };

        _index.Remember(facts, Now, One);

        Assert.Null(Known(facts));
    }

    [Fact]
    public void A_long_reading_counts_from_its_first_byte()
    {
        FileFacts facts = Facts(age: TimeSpan.FromSeconds(60));

        _index.Remember(facts, readFrom: Now - TimeSpan.FromSeconds(59), One);

        Assert.Null(Known(facts));
    }

    [Fact]
    public void What_was_written_here_is_known_with_its_old_time_only()
    {
        FileFacts received = Facts(age: TimeSpan.FromDays(1)) with { ChangedUnixNs = UnixNs(DateTimeOffset.UtcNow) };
        FileFacts newer = received with { Inode = 2, ModifiedUnixNs = received.ChangedUnixNs };

        _index.RememberWritten(received, One, null, "/in/a");
        _index.RememberWritten(newer, Two, null, "/in/b");

        Assert.Equal(One, Known(received));
        Assert.Null(Known(newer));
    }

    [Fact]
    public void Files_are_found_by_their_content_before_and_after_they_are_written_down()
    {
        FileFacts facts = Facts(age: TimeSpan.FromDays(1));
        _index.RememberWritten(facts, One, null, "/in/a");
        _index.Flush();
        _index.RememberWritten(facts with { Inode = 2 }, One, null, "/in/b");
        _index.RememberWritten(facts with { Inode = 3 }, Two, null, "/in/c");

        Assert.Equal(["/in/a", "/in/b"], _index.LocalPathsOf(One, 3).Order(StringComparer.Ordinal));
        Assert.Empty(_index.LocalPathsOf(One, 4));
    }

    [Fact]
    public void The_newest_state_of_a_file_replaces_the_one_before()
    {
        FileFacts before = Facts(age: TimeSpan.FromMinutes(2));
        FileFacts after = before with { ModifiedUnixNs = before.ModifiedUnixNs + 1000 };
        _index.Remember(before, Now, One);
        _index.Flush();
        _index.Remember(after, Now, Two);
        _index.Flush();

        Assert.Equal((null, Two), (Known(before), Known(after)));
    }

    [Theory]
    [InlineData("this is no database, and it is long enough to have a header of one hundred bytes .....................")]
    [InlineData("")]
    public async Task A_file_that_is_no_catalog_is_set_aside_or_filled_and_nothing_else_is_touched(string text)
    {
        await CloseAsync();
        using NodeStore node = NodeStore.Open(_temp["home"]);
        byte[] before = File.ReadAllBytes(_temp["home", "node.db"]);
        DeleteDatabase();
        WritePrivately(Database, System.Text.Encoding.ASCII.GetBytes(text));
        Open();

        FileFacts facts = Facts(age: TimeSpan.FromMinutes(1));
        _index.Remember(facts, Now, One);
        _index.Flush();

        Assert.Equal(One, Known(facts));
        Assert.Equal(text.Length > 0 ? 1 : 0, Directory.GetFiles(_temp["home"], "catalog.db.damaged-*").Length);
        Assert.Equal(before, File.ReadAllBytes(_temp["home", "node.db"]));
    }

    [Theory]
    [InlineData("PRAGMA user_version=99")]
    [InlineData("PRAGMA application_id=7")]
    [InlineData("PRAGMA user_version=0; PRAGMA application_id=0")]
    [InlineData("DROP TABLE content")]
    public async Task A_catalog_of_another_kind_or_version_or_with_a_table_missing_is_set_aside(string change)
    {
        FileFacts facts = Facts(age: TimeSpan.FromMinutes(1));
        _index.Remember(facts, Now, One);
        await CloseAsync();
        using (Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={Database};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = change;
            command.ExecuteNonQuery();
        }

        Open();
        Assert.Null(Known(facts));
        _index.Remember(facts, Now, Two);
        _index.Flush();

        Assert.Equal(Two, Known(facts));
        Assert.NotEmpty(Directory.GetFiles(_temp["home"], "catalog.db.damaged-*"));
    }

    [Fact]
    public async Task Damage_that_shows_while_it_is_used_leads_to_a_new_catalog()
    {
        for (uint i = 1; i < 3000; i++)
        {
            _index.Remember(Facts(age: TimeSpan.FromMinutes(1)) with { Inode = i }, Now, One);
        }

        await CloseAsync();
        byte[] bytes = File.ReadAllBytes(Database);
        bytes.AsSpan(40 * 4096).Fill(0x5A);
        File.WriteAllBytes(Database, bytes);
        Open();
        for (uint i = 1; i < 3000; i++)
        {
            Known(Facts(age: TimeSpan.FromMinutes(1)) with { Inode = i });
        }

        FileFacts facts = Facts(age: TimeSpan.FromMinutes(1)) with { Inode = 9999 };
        _index.Remember(facts, Now, Two);
        _index.Flush();

        Assert.Equal(Two, Known(facts));
        Assert.NotEmpty(Directory.GetFiles(_temp["home"], "catalog.db.damaged-*"));
    }

    [Fact]
    public async Task A_catalog_that_another_holds_locked_answers_nothing_and_is_not_set_aside()
    {
        FileFacts facts = Facts(age: TimeSpan.FromMinutes(1));
        _index.Remember(facts, Now, One);
        await CloseAsync();
        using Microsoft.Data.Sqlite.SqliteConnection other = new($"Data Source={Database};Pooling=false");
        other.Open();
        using (var command = other.CreateCommand())
        {
            command.CommandText = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE meta SET sequence = 1; COMMIT";
            command.ExecuteNonQuery();
        }

        Open();

        Assert.Null(Known(facts));
        Assert.NotNull(_stored.Problem);
        Assert.Empty(Directory.GetFiles(_temp["home"], "catalog.db.damaged-*"));
    }

    [Fact]
    public async Task What_was_learned_long_ago_is_forgotten_when_its_file_is_gone_and_its_tree_with_it()
    {
        Outboard tree = ParallelHasher.Hash(new byte[100_000], 1, CancellationToken.None);
        Outboard kept = ParallelHasher.Hash(new byte[200_000], 1, CancellationToken.None);
        string there = _temp["there"];
        File.WriteAllText(there, "one");
        File.SetLastWriteTimeUtc(there, DateTime.UtcNow.AddDays(-1));
        FileFacts received = FactsOf(there);
        FileFacts gone = Facts(age: TimeSpan.FromDays(1)) with { Inode = 11, Length = 100_000 };
        FileFacts moved = Facts(age: TimeSpan.FromDays(1)) with { Inode = 12, Length = 3 };
        FileFacts young = Facts(age: TimeSpan.FromDays(1)) with { Inode = 13, Length = 200_000 };
        _index.Remember(gone, Now, tree.Root, tree);
        _index.RememberWritten(moved, Two, null, _temp["nowhere"]);
        _index.RememberWritten(received, One, null, there);
        _index.Flush();
        await CloseAsync();
        _clock.Offset = ContentIndex.KeptUnseen + TimeSpan.FromDays(1);
        Open();

        // What comes next has it looked at, after a week and not more often.
        _index.Remember(young, Now, kept.Root, kept);
        await Waiting.UntilAsync(() => Known(gone) is null && Known(moved) is null && _index.TreeOf(tree.Root, 100_000) is null);

        Assert.Equal((One, kept.Root), (Known(received), Known(young)));
        Assert.NotNull(_index.TreeOf(kept.Root, 200_000));
        Assert.False(_stored.Ask(store => store.Contents.TryBeginPruning(_clock.GetUtcNow(), _clock.GetUtcNow().AddDays(-7)), true));

        // Found where it was, it counts as seen from now on.
        _clock.Offset += TimeSpan.FromDays(8);
        File.Delete(there);
        _index.PruneWhenDue(CancellationToken.None);
        Assert.Equal(One, Known(received));
    }

    [Fact]
    public void What_a_share_has_is_not_forgotten_however_old()
    {
        FileFacts facts = Facts(age: TimeSpan.FromMinutes(1));
        _index.Remember(facts, Now, One);
        _index.Flush();
        _stored.Ask(
            store =>
            {
                long share = store.Shares.Adopt("docs", "/docs", "[]").Id;
                store.Entries.Apply([new FolderChange(share, "", [new EntryRow("a", false, 3, 1, 1, (long)facts.Device, (long)facts.Inode)], [])]);
                return true;
            },
            false);

        _clock.Offset = 2 * ContentIndex.KeptUnseen;
        _index.PruneWhenDue(CancellationToken.None);

        Assert.Equal(One, Known(facts));
    }

    [Fact]
    public void A_clock_that_was_set_back_puts_nothing_off()
    {
        _clock.Offset = TimeSpan.FromDays(-1000);

        Assert.True(_stored.Ask(store => store.Contents.TryBeginPruning(_clock.GetUtcNow(), _clock.GetUtcNow().AddDays(-7)), false));
    }

    [Fact]
    public void A_stored_tree_that_is_not_the_one_of_its_root_is_not_used()
    {
        Outboard tree = ParallelHasher.Hash(new byte[100_000], 1, CancellationToken.None);
        _index.Remember(Facts(age: TimeSpan.FromMinutes(1)) with { Length = 100_000 }, Now, tree.Root, tree);
        _index.Flush();
        Assert.NotNull(_index.TreeOf(tree.Root, 100_000));

        Change("UPDATE tree SET groups = zeroblob(length(groups))");
        Assert.Null(_index.TreeOf(tree.Root, 100_000));
        Change("UPDATE tree SET groups = x'00'");
        Assert.Null(_index.TreeOf(tree.Root, 100_000));
    }

    private void Change(string sql)
    {
        using Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={Database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static FileFacts FactsOf(string path)
    {
        using SafeRoot root = SafeRoot.Open(Path.GetDirectoryName(path)!);
        Assert.True(root.TryStat([Path.GetFileName(path)], out EntryFacts facts));
        return facts.Facts;
    }

    private static FileFacts Facts(TimeSpan age) => new(3, UnixNs(Now - age), 1, 1, UnixNs(Now - age));

    private static long UnixNs(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static void WritePrivately(string path, byte[] bytes)
    {
        using FileStream file = new(path, OwnerOnly.FileOptions(FileMode.Create, FileAccess.Write, FileShare.None));
        file.Write(bytes);
    }

    private void DeleteDatabase()
    {
        foreach (string file in Directory.GetFiles(_temp["home"], "catalog.db*"))
        {
            File.Delete(file);
        }
    }

    private ContentHash? Known(FileFacts facts) => _index.TryGet(facts, out ContentHash root) ? root : null;

    private void Open()
    {
        _stored = new StoredCatalog(_temp["home"], EventLog.Null, _clock);
        _index = new ContentIndex(_stored, _clock);
    }

    private async Task CloseAsync()
    {
        await _index.DisposeAsync();
        _stored.Dispose();
    }

    /// <summary>The system's clock, set to another time.</summary>
    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
