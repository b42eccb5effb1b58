using System.Collections.Concurrent;
using PSPeerShare.Core.Catalog;

namespace PSPeerShare.Core.Tests.Catalog;

public sealed class OwnThreadsTests
{
    [Fact]
    public void Each_item_is_worked_on_once_and_on_no_thread_of_the_pool()
    {
        ConcurrentBag<int> done = [];
        ConcurrentBag<bool> pooled = [];

        OwnThreads.ForEach(
            3,
            [.. Enumerable.Range(0, 1000)],
            item =>
            {
                done.Add(item);
                pooled.Add(Thread.CurrentThread.IsThreadPoolThread);
            },
            CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 1000), done.Order());
        Assert.DoesNotContain(true, pooled);
    }

    [Fact]
    public void The_first_failure_is_told_and_the_rest_is_left()
    {
        int begun = 0;

        Assert.Throws<PeerShareException>(() => OwnThreads.ForEach(
            2,
            [.. Enumerable.Range(0, 10_000)],
            _ =>
            {
                Interlocked.Increment(ref begun);
                throw new PeerShareException(PeerError.FileNotReadable);
            },
            CancellationToken.None));

        Assert.InRange(begun, 1, 2);
    }

    [Fact]
    public void Who_gives_up_is_told_so_as_such()
    {
        using CancellationTokenSource stop = new();

        Assert.ThrowsAny<OperationCanceledException>(() => OwnThreads.ForEach(2, [1, 2, 3, 4, 5], _ => stop.Cancel(), stop.Token));
    }
}
