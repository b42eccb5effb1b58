using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Storage;

public sealed class TransferHistoryTests : IDisposable
{
    private readonly TempFolder temp = new();
    private readonly NodeStore store;

    public TransferHistoryTests() => store = NodeStore.Open(temp.Path);

    private static DateTimeOffset Now => NodeStoreTests.Now;

    public void Dispose()
    {
        store.Dispose();
        temp.Dispose();
    }

    [Fact]
    public void An_entry_is_read_back_as_it_was_written_and_updated()
    {
        TransferRow row = NodeStoreTests.Transfer("a", "Running", Now) with { Peer = NodeStoreTests.Id(1), Length = 5L << 30 };
        store.Transfers.Insert(row);
        AssertSame(row, store.Transfers.Find("a"));

        TransferRow ended = row with
        {
            Status = "Failed",
            Bytes = 77,
            Hash = NodeStoreTests.Id(2),
            Ended = Now.AddSeconds(3),
            Error = "ConnectionLost",
        };
        store.Transfers.Update(ended);
        AssertSame(ended, store.Transfers.Find("a"));
        Assert.Null(store.Transfers.Find("b"));
    }

    [Fact]
    public void Entries_are_found_by_status_peer_and_time_the_newest_first()
    {
        byte[] peer = NodeStoreTests.Id(1);
        store.Transfers.Insert(
            NodeStoreTests.Transfer("a", "Completed", Now) with { Peer = peer },
            NodeStoreTests.Transfer("b", "Failed", Now.AddMinutes(1)) with { Peer = peer },
            NodeStoreTests.Transfer("c", "Completed", Now.AddMinutes(2)));

        Assert.Equal(["c", "b", "a"], Ids(new TransferQuery()));
        Assert.Equal(["c", "a"], Ids(new TransferQuery { Status = "Completed" }));
        Assert.Equal(["b", "a"], Ids(new TransferQuery { Peer = peer }));
        Assert.Equal(["a"], Ids(new TransferQuery { Peer = peer, Status = "Completed" }));
        Assert.Equal(["c", "b"], Ids(new TransferQuery { After = Now }));
        Assert.Equal(["c"], Ids(new TransferQuery { Limit = 1 }));
    }

    [Fact]
    public void Pruning_keeps_the_newest()
    {
        store.Transfers.Insert([.. Enumerable.Range(0, 10).Select(
            i => NodeStoreTests.Transfer($"t{i}", "Completed", Now.AddSeconds(i)))]);

        Assert.Equal(7, store.Transfers.Prune(3));
        Assert.Equal(["t9", "t8", "t7"], Ids(new TransferQuery()));
    }

    private static void AssertSame(TransferRow expected, TransferRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Peer, actual.Peer);
        Assert.Equal(expected.Hash, actual.Hash);
        Assert.Equal(expected with { Peer = null, Hash = null }, actual with { Peer = null, Hash = null });
    }

    private IEnumerable<string> Ids(TransferQuery query) => store.Transfers.Query(query).Select(row => row.Id);
}
