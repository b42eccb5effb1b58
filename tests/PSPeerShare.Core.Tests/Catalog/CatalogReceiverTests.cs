using Google.Protobuf;
using Microsoft.Data.Sqlite;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.Discovery;
using PSPeerShare.Core.Tests.Protocol;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Catalog;

/// <summary>What a peer announces is stored as a whole or not at all, and nothing that cannot be is.</summary>
public sealed class CatalogReceiverTests : IDisposable
{
    private static readonly NodeId s_peer = LanFixture.Id(1);

    private readonly TempFolder _home = new();
    private readonly StoredCatalog _stored;
    private readonly PeerCatalogs _catalogs;

    public CatalogReceiverTests()
    {
        OwnerOnly.EnsureFolder(_home.Path, PeerError.HomeUnusable);
        _stored = new StoredCatalog(_home.Path, EventLog.Null, TimeProvider.System);
        _catalogs = new PeerCatalogs(_stored, TimeProvider.System) { Bounds = new CatalogBounds(Entries: 8, Bytes: 100_000, EntriesOfAll: 12) };
    }

    public void Dispose()
    {
        _stored.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void A_catalog_that_arrives_whole_takes_the_place_of_the_one_before()
    {
        Take(Whole(1, 7, "docs/a", "docs/b/c"));
        using CatalogReceiver receiver = Begin();
        receiver.Take(Part(2, 9, begins: true, complete: false, "docs/x"));

        Assert.Equal(["docs/a", "docs/b/c"], Known());
        receiver.Take(Part(2, 9, begins: false, complete: true, "docs/y"));
        Assert.Equal(["docs/x", "docs/y"], Known());
    }

    [Fact]
    public void Names_in_a_folder_are_found_by_their_beginning()
    {
        Take(Whole(1, 7, "docs/Sub.txt", "docs/other.txt", "docs/sub-a/2", "docs/sub/x/1", "docs/sub/y", "docs/sub2/3", "one.iso"));

        Assert.Equal(["docs/", "one.iso"], Below("", ""));
        Assert.Equal(["sub/", "sub-a/", "sub2/", "Sub.txt"], Below("docs", "su"));
        Assert.Equal(["x/", "y"], Below("docs/sub", ""));
        Assert.Empty(Below("docs", "%"));
        Assert.Empty(Below("doc", ""));
    }

    [Fact]
    public void One_that_is_cut_off_costs_nothing()
    {
        Take(Whole(1, 7, "docs/a"));
        using (CatalogReceiver receiver = Begin())
        {
            receiver.Take(Part(2, 9, begins: true, complete: false, "docs/x"));
        }

        Assert.Equal(["docs/a"], Known());
        using CatalogReceiver again = _catalogs.Receive(s_peer);
        SubscribeRequest request = again.Request();
        Assert.Equal((7UL, Epoch(1)), (request.AfterSequence, request.Epoch));
    }

    [Fact]
    public void Changes_are_applied_in_their_order_and_counted()
    {
        Take(Whole(1, 7, "docs/a", "docs/b/c", "docs/b/d", "docs/bee"));
        using CatalogReceiver receiver = Begin();

        receiver.Take(Changes(1, 9, Item("docs/b", gone: true), Item("docs/b", length: 5), Item("docs/a", isFolder: true), Item("docs/a/new")));

        Assert.Equal(["docs/a/new", "docs/b", "docs/bee"], Known());
        Assert.Equal(3, _catalogs.Find(s_peer)!.Entries);
        receiver.Take(Changes(1, 10, Item("docs", gone: true)));
        Assert.Empty(Known());
        Assert.Equal(0, _catalogs.Find(s_peer)!.Entries);
    }

    [Fact]
    public void A_name_may_begin_with_that_of_the_one_before()
    {
        CatalogBatch batch = Part(1, 1, begins: true, complete: true, "docs/deep/er/a");
        batch.Items.Add(new CatalogItem { Kept = 3, Segments = { ByteString.CopyFromUtf8("b") } });
        batch.Items.Add(new CatalogItem { Kept = 1, Segments = { ByteString.CopyFromUtf8("c") } });

        Take(batch);

        Assert.Equal(["docs/c", "docs/deep/er/a", "docs/deep/er/b"], Known());
    }

    [Fact]
    public void A_catalog_that_claims_a_billion_entries_is_refused_before_any_comes()
    {
        CatalogBatch batch = Part(2, 1, begins: true, complete: false, "docs/x");
        batch.Entries = 1_000_000_000;

        AssertRefused(batch);
    }

    [Fact]
    public void One_that_goes_on_and_on_is_refused_at_the_limit()
    {
        Take(Whole(1, 7, "docs/a"));
        using CatalogReceiver receiver = Begin();
        receiver.Take(Part(2, 1, begins: true, complete: false, "docs/1", "docs/2", "docs/3", "docs/4"));
        receiver.Take(Part(2, 1, begins: false, complete: false, "docs/5", "docs/6", "docs/7", "docs/8"));

        Assert.Throws<CatalogFaultException>(() => receiver.Take(Part(2, 1, begins: false, complete: false, "docs/9")));
        Assert.Equal(["docs/a"], Known());
    }

    [Fact]
    public void Names_of_endless_length_are_refused_at_the_limit()
    {
        string name = string.Join('/', Enumerable.Repeat(new string('x', 250), 15));
        using CatalogReceiver receiver = Begin();
        PeerCatalogs small = new(_stored, TimeProvider.System) { Bounds = new CatalogBounds(1000, 10_000, 1000) };
        using CatalogReceiver bounded = small.Receive(s_peer);
        bounded.Request();
        bounded.Take(Part(2, 1, begins: true, complete: false, name + "/1", name + "/2"));

        Assert.Throws<CatalogFaultException>(() => bounded.Take(Part(2, 1, begins: false, complete: true, name + "/3")));
    }

    [Fact]
    public void Folders_without_files_do_not_stay()
    {
        string deep = string.Join('/', Enumerable.Repeat(new string('x', 250), 15));
        Take(Whole(1, 7, "docs/a", "docs/kept/b", "docs/kept/c"));
        using CatalogReceiver receiver = Begin();

        for (ulong i = 0; i < 20; i++)
        {
            receiver.Take(Changes(1, 8 + i, Item($"docs/{deep}/{i}/x")));
            receiver.Take(Changes(1, 8 + i, Item($"docs/{deep}/{i}/x", gone: i % 2 == 0, isFolder: i % 2 == 1)));
        }

        receiver.Take(Changes(1, 30, Item("docs/kept/b", gone: true)));
        Assert.Equal(["docs/a", "docs/kept/c"], Known());
        Assert.Equal(2, CountFolders());
    }

    [Fact]
    public void What_counts_no_more_is_deleted_in_steps_its_folders_too()
    {
        const int Step = 8192;
        PeerFileRow File(int i) => new($"docs/{i}", "x", 1, 1, null);
        Assert.True(_stored.Ask(
            store =>
            {
                long catalog = store.Peers.Begin(s_peer.ToArray(), new byte[Limits.CatalogEpochBytes], DateTimeOffset.UtcNow);
                return store.Peers.Apply(
                        catalog,
                        [.. Enumerable.Range(0, Step + 1).Select(i => new PeerCatalogChange(File(i), PeerCatalogChangeKind.Put))],
                        1,
                        DateTimeOffset.UtcNow)
                    && store.Peers.GiveUp(catalog);
            },
            false));
        Assert.Equal(Step + 1, CountFolders());

        bool isMore = true;
        for (long before = CountFolders(); isMore; before = CountFolders())
        {
            isMore = _stored.Ask(store => store.Peers.Sweep(), false);
            Assert.InRange(CountFolders(), before - Step, before);
        }

        Assert.Equal(0, CountFolders());
    }

    [Fact]
    public void A_folder_that_goes_with_all_that_was_in_it_goes_in_steps()
    {
        const int Step = 8192;
        Take(Whole(1, 1, "docs/kept"));
        PeerFileRow[] files =
        [
            .. Enumerable.Range(0, Step + 100).Select(i => new PeerFileRow("docs/big", $"{i}", 1, 1, null)),
            .. Enumerable.Range(0, Step + 100).Select(i => new PeerFileRow($"docs/big/{i}", "x", 1, 1, null)),
        ];
        PeerCatalogChange[] changes =
        [
            new(new PeerFileRow("docs", "big", 0, 0, null), PeerCatalogChangeKind.Gone),
            new(new PeerFileRow("docs", "new", 1, 1, null), PeerCatalogChangeKind.Put),
        ];
        KnownCatalog known = _catalogs.Find(s_peer)!;
        Assert.True(_stored.Ask(
            store => store.Peers.Apply(known.Id, [.. files.Select(file => new PeerCatalogChange(file, PeerCatalogChangeKind.Put))], 2, DateTimeOffset.UtcNow), false));
        long rows = files.Length + CountFolders() + 1;

        int steps = 0;
        for (int next = 0; next < changes.Length; steps++)
        {
            next = _stored.Ask(store => store.Peers.ApplySome(known.Id, changes, next, 3, DateTimeOffset.UtcNow), null)!.Value;
            long left = _catalogs.Find(s_peer)!.Entries + CountFolders();
            Assert.InRange(rows - left, 0, Step);
            Assert.Equal(next < changes.Length ? 2 : 3, _stored.Ask(store => store.Peers.Find(s_peer.ToArray()), null)!.Sequence);
            rows = left;
        }

        Assert.True(steps > 3, $"{steps} steps");
        Assert.Equal(["docs/kept", "docs/new"], Known());
        Assert.Equal((2, 1), (_catalogs.Find(s_peer)!.Entries, CountFolders()));
    }

    [Fact]
    public void The_files_of_all_peers_together_are_bounded()
    {
        Take(Whole(1, 7, "a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "a/8"));
        using CatalogReceiver other = _catalogs.Receive(LanFixture.Id(2));
        other.Request();

        Assert.Throws<CatalogFaultException>(() => other.Take(Whole(1, 1, "b/1", "b/2", "b/3", "b/4", "b/5")));
    }

    [Fact]
    public void Numbers_that_go_backwards_are_refused() => AssertRefused(Changes(1, 6, Item("docs/x")));

    [Fact]
    public void Numbers_beyond_all_numbers_are_refused() => AssertRefused(Changes(1, ulong.MaxValue, Item("docs/x")));

    [Fact]
    public void Changes_of_another_catalog_are_refused() => AssertRefused(Changes(2, 9, Item("docs/x")));

    [Fact]
    public void A_part_that_nothing_began_is_refused() => AssertRefused(Part(1, 9, begins: false, complete: true, "docs/x"));

    [Fact]
    public void A_catalog_without_a_mark_is_refused()
    {
        CatalogBatch batch = Whole(1, 9, "docs/x");
        batch.Epoch = ByteString.CopyFromUtf8("short");

        AssertRefused(batch);
    }

    [Fact]
    public void What_cannot_be_is_refused_with_its_whole_batch()
    {
        AssertRefused(Changes(1, 9, Item("docs/x"), Item("docs/y", length: -1)));
        AssertRefused(Changes(1, 9, Item("docs/x"), new CatalogItem { Kept = 1, Segments = { ByteString.CopyFromUtf8("y") }, Hash = ByteString.CopyFromUtf8("?") }));
        AssertRefused(Changes(1, 9, Item("docs/x"), new CatalogItem { Kept = 3, Segments = { ByteString.CopyFromUtf8("y") } }));
        AssertRefused(Changes(1, 9, Item("docs/x"), new CatalogItem()));
        AssertRefused(Changes(1, 9, Item("docs/x"), new CatalogItem { Kept = uint.MaxValue }));
    }

    [Fact]
    public void A_few_bytes_that_stand_for_endless_names_are_refused()
    {
        CatalogBatch batch = Changes(1, 9, Item(string.Join('/', Enumerable.Repeat(new string('x', 250), 15))));
        for (int i = 0; i < 1000; i++)
        {
            batch.Items.Add(new CatalogItem { Kept = 14, Segments = { ByteString.CopyFromUtf8($"{i}") } });
        }

        Assert.True(batch.CalculateSize() < Limits.ControlPayloadBytes);
        PeerCatalogs roomy = new(_stored, TimeProvider.System);
        Take(Whole(1, 7, "docs/a"));
        using CatalogReceiver receiver = roomy.Receive(s_peer);
        receiver.Request();

        Assert.Throws<CatalogFaultException>(() => receiver.Take(batch));
        Assert.Equal(["docs/a"], Known());
    }

    [Fact]
    public void No_hostile_name_is_stored()
    {
        Take(Whole(1, 7, "docs/a"));
        int refused = 0;
        foreach (byte[] segment in HostileSegments.Refused())
        {
            using CatalogReceiver receiver = Begin();
            CatalogItem item = new() { Segments = { ByteString.CopyFromUtf8("docs"), ByteString.CopyFrom(segment) } };
            Assert.Throws<CatalogFaultException>(() => receiver.Take(Changes(1, 9, Item("docs/x"), item)));
            refused++;
        }

        Assert.True(refused > 300);
        Assert.Equal(["docs/a"], Known());
    }

    [Fact]
    public void A_catalog_that_is_forgotten_while_it_arrives_does_not_come_back()
    {
        Take(Whole(1, 7, "docs/a"));
        using CatalogReceiver receiver = Begin();
        receiver.Take(Part(2, 9, begins: true, complete: false, "docs/x"));

        Assert.True(_catalogs.Forget(s_peer));

        Assert.Throws<CatalogFaultException>(() => receiver.Take(Part(2, 9, begins: false, complete: true, "docs/y")));
        Assert.Null(_catalogs.Find(s_peer));
        Assert.False(_catalogs.Forget(s_peer));
    }

    [Fact]
    public void What_no_peer_is_trusted_for_is_forgotten()
    {
        Take(Whole(1, 7, "docs/a"));

        Assert.Empty(_catalogs.ForgetOthers(new HashSet<NodeId> { s_peer }));
        Assert.Equal([s_peer], _catalogs.ForgetOthers(new HashSet<NodeId>()));
        Assert.Empty(_catalogs.List());
        Assert.Empty(_stored.Ask(store => store.Peers.Nodes(), null)!);
    }

    private void AssertRefused(CatalogBatch batch)
    {
        Take(Whole(1, 7, "docs/a"));
        using CatalogReceiver receiver = Begin();

        Assert.Throws<CatalogFaultException>(() => receiver.Take(batch));
        Assert.Equal(["docs/a"], Known());
    }

    private long CountFolders()
    {
        using SqliteConnection connection = new($"Data Source={_home[CatalogStore.FileName]};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM peer_folder";
        return (long)command.ExecuteScalar()!;
    }

    private CatalogReceiver Begin()
    {
        CatalogReceiver receiver = _catalogs.Receive(s_peer);
        receiver.Request();
        return receiver;
    }

    private string[] Below(string folder, string beginning) =>
        [.. _catalogs.Below(_catalogs.Find(s_peer)!, folder, beginning, CancellationToken.None)];

    private void Take(CatalogBatch batch)
    {
        using CatalogReceiver receiver = Begin();
        receiver.Take(batch);
    }

    private string[] Known() => _catalogs.Find(s_peer) is { } known
        ? [.. _catalogs.Search(known, EntryQuery.From(null)).Select(entry => entry.Name.ToString()).Order(StringComparer.Ordinal)]
        : [];

    private static ByteString Epoch(byte value) => ByteString.CopyFrom([.. Enumerable.Repeat(value, Limits.CatalogEpochBytes)]);

    private static CatalogBatch Whole(byte epoch, ulong sequence, params string[] names) => Part(epoch, sequence, begins: true, complete: true, names);

    private static CatalogBatch Part(byte epoch, ulong sequence, bool begins, bool complete, params string[] names) => new()
    {
        Epoch = Epoch(epoch),
        Sequence = sequence,
        Snapshot = true,
        Begins = begins,
        Complete = complete,
        Items = { names.Select(name => Item(name)) },
    };

    private static CatalogBatch Changes(byte epoch, ulong sequence, params CatalogItem[] items) =>
        new() { Epoch = Epoch(epoch), Sequence = sequence, Items = { items } };

    private static CatalogItem Item(string name, long length = 1, bool gone = false, bool isFolder = false) =>
        new() { Segments = { name.Split('/').Select(ByteString.CopyFromUtf8) }, Length = length, Gone = gone, IsFolder = isFolder };
}
