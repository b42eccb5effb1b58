using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Dashboard;

public sealed class TransferDifferenceTests
{
    private readonly TransferDifference _difference = new();

    [Fact]
    public void What_does_not_change_is_told_once()
    {
        TransferView[] running = [Running("a", 10)], ended = [Ended("b")];

        Assert.Equal(["b", "a"], _difference.Next(running, ended)!.Rows.Select(r => r.Id));
        Assert.Null(_difference.Next(running, ended));
        Assert.Null(_difference.Next(running, [.. ended]));
    }

    [Fact]
    public void Progress_that_is_held_back_is_told_later()
    {
        _difference.Next([Running("a", 10)], []);

        Assert.Null(_difference.Next([Running("a", 20)], [], withProgress: false));
        Assert.Equal(30L, Assert.Single(_difference.Next([Running("a", 30)], [])!.Progress)[1]);
        Assert.Null(_difference.Next([Running("a", 30)], []));
        Assert.Null(_difference.Next([Running("a", 40)], [], withProgress: false));
        Assert.Equal(40L, Assert.Single(_difference.Next([Running("a", 40)], [])!.Progress)[1]);
    }

    [Fact]
    public void What_begins_pauses_ends_or_goes_is_told_at_once()
    {
        _difference.Next([Running("a", 10)], [Ended("b")]);

        TransferChanges paused = _difference.Next([Running("a", 10) with { Status = TransferStatus.Suspended }, Running("c", 0)], [Ended("b")], withProgress: false)!;
        Assert.Equal(["a", "c"], paused.Rows.Select(r => r.Id));
        TransferChanges over = _difference.Next([Running("c", 0)], [Ended("a"), Ended("b")], withProgress: false)!;
        Assert.Equal(["a"], over.Rows.Select(r => r.Id));
        Assert.Empty(over.Gone);
        TransferChanges gone = _difference.Next([], [Ended("a")], withProgress: false)!;
        Assert.Equal(["b", "c"], gone.Gone.Order(StringComparer.Ordinal));
        Assert.Empty(gone.Rows);
    }

    [Fact]
    public void What_ended_and_runs_again_is_told_and_an_end_outdoes_a_list_that_still_has_it_running()
    {
        _difference.Next([], [Ended("a")]);

        Assert.Equal(TransferStatus.Running, Assert.Single(_difference.Next([Running("a", 5)], [])!.Rows).Status);
        Assert.Equal(TransferStatus.Completed, Assert.Single(_difference.Next([Running("a", 6)], [Ended("a")])!.Rows).Status);
        Assert.Equal(TransferStatus.Running, Assert.Single(_difference.Next([Running("a", 7)], [])!.Rows).Status);
    }

    private static TransferView Running(string id, long bytes) => new(
        id, null, TransferDirection.Receive, id, "", "nas01", 100, bytes, 0, TransferStatus.Running, 1, null, [], null);

    private static TransferView Ended(string id) => Running(id, 100) with { Status = TransferStatus.Completed, Ended = 2 };
}
