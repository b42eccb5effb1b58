using System.Runtime.ExceptionServices;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Work that reads disks for long, on threads of its own. The pool has as many as there are cores, and those who answer
/// peers or store what was found must not wait until a scan leaves them one.
/// </summary>
internal static class OwnThreads
{
    /// <summary>
    /// Runs the work once on each of some threads, fewer where they cannot be had, and ends when all have; with the first
    /// failure, if there is one.
    /// </summary>
    public static void Run(int threads, Action<int> work)
    {
        List<Task> running = [];
        try
        {
            for (int i = 0; i < threads; i++)
            {
                int worker = i;
                running.Add(Task.Factory.StartNew(
                    () => work(worker), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            }
        }
        catch (TaskSchedulerException) when (running.Count > 0)
        {
            // No more threads can be had; those that run do it all.
        }

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
                try
                {
                    work(items[at]);
                }
                catch
                {
                    // The others need not go on with what has failed.
                    Interlocked.Exchange(ref next, items.Count);
                    throw;
                }
            }
        });
    }
}
