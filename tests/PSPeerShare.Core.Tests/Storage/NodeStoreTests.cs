using System.Text;
using Microsoft.Data.Sqlite;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Storage;

public sealed class NodeStoreTests : IDisposable
{
    private readonly TempFolder temp = new();

    private string Home => temp["home"];

    private string Database => temp["home", "node.db"];

    public void Dispose() => temp.Dispose();

    [Fact]
    public void What_is_written_is_there_after_reopening()
    {
        using (NodeStore store = NodeStore.Open(Home))
        {
            store.Peers.Insert(Peer(1, "nas01"));
        }

        using NodeStore reopened = NodeStore.Open(Home);
        PeerRow row = Assert.Single(reopened.Peers.List());
        Assert.Equal("nas01", row.Name);
        Assert.Equal(["nas01.lan:22021"], row.Addresses);
    }

    [Fact]
    public void The_database_and_its_log_are_the_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using NodeStore store = NodeStore.Open(Home);
        store.Peers.Insert(Peer(1, "nas01"));

        Assert.Equal(3, Directory.GetFiles(Home).Length);
        foreach (string file in Directory.GetFiles(Home))
        {
            Assert.Equal(OwnerOnly.FileMode, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void A_database_that_others_may_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        NodeStore.Open(Home).Dispose();
        File.SetUnixFileMode(Database, OwnerOnly.FileMode | UnixFileMode.OtherRead);

        var failure = Assert.Throws<PeerShareException>(() => NodeStore.Open(Home));
        Assert.Equal(PeerError.StoreUnusable, failure.Error);
        Assert.Contains("0604", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_untouched() =>
        RefusedUntouched(Encoding.ASCII.GetBytes(new string('x', 9000)));

    [Fact]
    public void A_damaged_database_is_refused_and_left_untouched()
    {
        FillDatabase();
        byte[] bytes = File.ReadAllBytes(Database);
        bytes.AsSpan(4096, 4096 * 4).Fill(0x5A);
        RefusedUntouched(bytes);
    }

    [Fact]
    public void A_truncated_database_is_refused_and_left_untouched()
    {
        FillDatabase();
        RefusedUntouched(File.ReadAllBytes(Database)[..^5000]);
    }

    [Fact]
    public void A_damaged_database_with_an_unfinished_log_is_left_untouched_too()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        FillDatabase();
        string copy = temp["copy"];
        OwnerOnly.MakeFolder(copy, PeerError.HomeUnusable);
        using (NodeStore store = NodeStore.Open(Home))
        {
            store.RunningNode.Claim(new RunningNodeRow(ProcessMark.Current, 1, "127.0.0.1:1", "nas01", Now));

            // A copy made while it is open is what a crash leaves: the last change is in the log only. Another process
            // makes it, because reading the file here would drop this process's locks on it.
            using var copying = System.Diagnostics.Process.Start("cp", [Database, Database + "-wal", copy]);
            Assert.True(copying.WaitForExit(TimeSpan.FromSeconds(30)));
        }

        foreach (string file in Directory.GetFiles(copy))
        {
            File.Move(file, Path.Combine(Home, Path.GetFileName(file)), overwrite: true);
        }

        byte[] log = File.ReadAllBytes(Database + "-wal");
        byte[] damaged = File.ReadAllBytes(Database);
        Assert.InRange(log.Length, 1, damaged.Length / 2);
        damaged.AsSpan(damaged.Length / 2).Fill(0x5A);
        RefusedUntouched(damaged);
        Assert.Equal(log, File.ReadAllBytes(Database + "-wal"));
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_left_untouched()
    {
        FillDatabase();
        Change("PRAGMA user_version=99");
        var failure = RefusedUntouched(File.ReadAllBytes(Database));
        Assert.Contains("newer version", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_of_trust_count_and_mere_sightings_do_not()
    {
        using NodeStore store = NodeStore.Open(Home);
        byte[] id = Id(1);
        long before = store.ChangeCounter;

        Assert.True(Grew(() => store.Peers.Insert(Peer(1, "nas01"))));
        Assert.True(Grew(() => store.Grants.Add(new GrantRow(id, "iso", string.Empty, 3))));
        Assert.True(Grew(() => store.Peers.Update(Peer(1, "nas02"))));
        Assert.True(Grew(() => store.Shares.Insert(new ShareRow("iso", "/srv/iso", null, [], Now))));
        Assert.True(Grew(() => store.Tickets.Insert(Ticket(1))));
        Assert.True(Grew(() => store.Tickets.Revoke(Ticket(1).Id, Now)));
        Assert.False(Grew(() => store.Peers.NoteSeen(id, "10.0.0.1:22021", Now)));
        Assert.False(Grew(() => store.Transfers.Insert(Transfer("a", "Running", Now))));
        Assert.True(Grew(() => store.Peers.Delete(id)));

        bool Grew(Action change)
        {
            long earlier = before;
            change();
            before = store.ChangeCounter;
            return before > earlier;
        }
    }

    [Fact]
    public async Task Another_process_shares_the_store()
    {
        using NodeStore store = NodeStore.Open(Home);
        long before = store.ChangeCounter;
        OtherProcess[] others = [.. Enumerable.Range(1, 3).Select(n => OtherProcess.Start(InsertPeers, Home, $"{n}"))];
        try
        {
            for (int i = 0; i < 50; i++)
            {
                store.Peers.Insert(Peer(i, $"own {i}"));
            }

            await Task.WhenAll(others.Select(other => other.FinishAsync()));
        }
        finally
        {
            Array.ForEach(others, other => other.Dispose());
        }

        Assert.Equal(200, store.Peers.List().Count);
        Assert.True(store.ChangeCounter >= before + 200);
    }

    [Fact]
    public void Many_threads_share_one_store()
    {
        using NodeStore store = NodeStore.Open(Home);

        Parallel.For(0, 200, i =>
        {
            store.Peers.Insert(Peer(i, $"peer {i}"));
            Assert.NotNull(store.Peers.Find(Id(i)));
        });

        Assert.Equal(200, store.Peers.List().Count);
    }

    [Fact]
    public async Task A_store_that_is_first_opened_by_several_processes_is_made_once()
    {
        OtherProcess[] others = [.. Enumerable.Range(1, 3).Select(n => OtherProcess.Start(InsertPeers, Home, $"{n}"))];
        try
        {
            await Task.WhenAll(others.Select(other => other.FinishAsync()));
        }
        finally
        {
            Array.ForEach(others, other => other.Dispose());
        }

        using NodeStore store = NodeStore.Open(Home);
        Assert.Equal(150, store.Peers.List().Count);
    }

    [Fact]
    public void A_failing_transaction_leaves_nothing_behind()
    {
        using NodeStore store = NodeStore.Open(Home);

        Assert.Throws<FormatException>(() => store.Atomically<bool>(() =>
        {
            store.Peers.Insert(Peer(1, "nas01"));
            store.Shares.Insert(new ShareRow("iso", "/srv/iso", null, [], Now));
            throw new FormatException();
        }));

        Assert.Empty(store.Peers.List());
        Assert.Empty(store.Shares.List());
        store.Peers.Insert(Peer(2, "nas02"));
        Assert.Single(store.Peers.List());
    }

    [Fact]
    public void A_closed_store_gives_no_answer()
    {
        NodeStore store = NodeStore.Open(Home);
        store.Dispose();

        Assert.Throws<ObjectDisposedException>(() => store.Peers.List());
    }

    [Fact]
    public void Addresses_are_ordered_by_their_last_success()
    {
        using NodeStore store = NodeStore.Open(Home);
        store.Peers.Insert(Peer(1, "nas01") with { Addresses = ["a:1", "b:1", "c:1"] });

        store.Peers.NoteSeen(Id(1), "c:1", Now);
        store.Peers.NoteSeen(Id(1), "d:1", Now.AddSeconds(1));
        Assert.Equal(["d:1", "c:1", "a:1", "b:1"], store.Peers.Find(Id(1))!.Addresses);

        store.Peers.Update(Peer(1, "nas01") with { Addresses = ["b:1", "c:1", "e:1"] });
        Assert.Equal(["c:1", "b:1", "e:1"], store.Peers.Find(Id(1))!.Addresses);
        Assert.Equal(Now.AddSeconds(1), store.Peers.Find(Id(1))!.LastSeen);
    }

    [Fact]
    public void Share_names_clash_whatever_their_case()
    {
        using NodeStore store = NodeStore.Open(Home);
        var share = new ShareRow("Überweisungen", "/srv/ü", [Id(1), Id(2)], ["*.tmp", "a\nb"], Now);

        Assert.True(store.Shares.Insert(share));
        Assert.False(store.Shares.Insert(share with { Name = "ÜBERWEISUNGEN" }));

        ShareRow read = store.Shares.Find("überweisungen")!;
        Assert.Equal(share.Path, read.Path);
        Assert.Equal(share.OnlyPeers, read.OnlyPeers);
        Assert.Equal(share.Exclude, read.Exclude);
        Assert.Equal(share.Added, read.Added);
        Assert.True(store.Shares.Delete("überweisungen"));
        Assert.False(store.Shares.Delete("überweisungen"));
    }

    internal static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);

    internal static byte[] Id(int n) => System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(n));

    internal static TransferRow Transfer(string id, string status, DateTimeOffset started) => new()
    {
        Id = id,
        Direction = "Receive",
        PeerName = "nas01",
        SharePath = "iso/a.iso",
        LocalPath = "/data/a.iso",
        Status = status,
        Started = started,
    };

    private static PeerRow Peer(int n, string name) => new(Id(n), name, 3, null, Now, null, ["nas01.lan:22021"]);

    private static TicketRow Ticket(byte n) => new(
        [.. Enumerable.Repeat(n, 16)], new byte[32], null, null, 3, 1, null, null, Now, Now.AddDays(1), null, 0);

    private static void InsertPeers(string[] arguments)
    {
        int first = int.Parse(arguments[1], System.Globalization.CultureInfo.InvariantCulture) * 1000;
        using NodeStore store = NodeStore.Open(arguments[0]);
        for (int i = first; i < first + 50; i++)
        {
            store.Peers.Insert(Peer(i, $"peer {i}"));
        }
    }

    private void FillDatabase()
    {
        using NodeStore store = NodeStore.Open(Home);
        for (int i = 0; i < 100; i++)
        {
            store.Peers.Insert(Peer(i, $"peer {i}"));
        }
    }

    private void Change(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private PeerShareException RefusedUntouched(byte[] content)
    {
        if (!Directory.Exists(Home))
        {
            OwnerOnly.MakeFolder(Home, PeerError.HomeUnusable);
        }

        File.WriteAllBytes(Database, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Database, OwnerOnly.FileMode);
        }

        var failure = Assert.Throws<PeerShareException>(() => NodeStore.Open(Home));

        Assert.Equal(PeerError.StoreUnusable, failure.Error);
        Assert.Equal(Database, failure.Target);
        Assert.Equal(content, File.ReadAllBytes(Database));
        return failure;
    }
}
