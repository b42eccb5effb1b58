using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Storage;

public sealed class TransferWishTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly NodeStore _store;

    public TransferWishTests() => _store = NodeStore.Open(_temp.Path);

    public void Dispose()
    {
        _store.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_wish_is_handed_out_once_and_only_to_the_process_that_runs_the_transfer()
    {
        _store.Transfers.Put(NodeStoreTests.Transfer("a", "Running", NodeStoreTests.Now) with { Process = "1:2:boot" });
        _store.Transfers.Ask("a", "Stop");

        // Its process writes how far it is all the while.
        _store.Transfers.Put(NodeStoreTests.Transfer("a", "Running", NodeStoreTests.Now) with { Process = "1:2:boot", Bytes = 5 });

        Assert.Empty(_store.Transfers.TakeWishes("3:4:boot"));
        Assert.Equal([("a", "Stop")], _store.Transfers.TakeWishes("1:2:boot"));
        Assert.Empty(_store.Transfers.TakeWishes("1:2:boot"));
    }

    [Fact]
    public void A_process_is_told_apart_from_another_by_its_mark()
    {
        Assert.Equal(ProcessMark.Current, ProcessMark.Parse(ProcessMark.Current.ToString()));
        Assert.True(ProcessMark.Parse(ProcessMark.Current.ToString())!.IsAlive);
        Assert.False((ProcessMark.Current with { StartTime = 1 }).IsAlive);
        Assert.Null(ProcessMark.Parse("x"));
        Assert.Null(ProcessMark.Parse(null));
    }
}
