using System.Runtime.ExceptionServices;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Work that reads disks for long, on threads of its own. The pool has as many as there are cores, and those who answer
/// peers or store what was found must not wait until a scan leaves them one.
/// </summary>
internal static class OwnThreads
{
    /// <summary>Runs the work once on each of some threads, and ends when all have; with the first failure, if there is one.</summary>
    public static void Run(int threads, Action<int> work)
    {
        Task[] running = [.. Enumerable.Range(0, threads).Select(worker => Task.Factory.StartNew(
            () => work(worker), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(running);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    /// <summary>Runs the work for each item, on at most so many threads.</summary>
    public static void ForEach<T>(int threads, IReadOnlyList<T> items, Action<T> work, CancellationToken cancellationToken)
    {
        int next = -1;
        Run(Math.Min(threads, items.Count), _ =>
        {
            for (int at; (at = Interlocked.Increment(ref next)) < items.Count;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                work(items[at]);
            }
        });
    }
}
