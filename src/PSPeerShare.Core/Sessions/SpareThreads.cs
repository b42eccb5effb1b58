namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Threads beside the pool's for work that may take long, kept for a moment for the next such work: most of it is short,
/// and starting a thread would cost more. It bounds nothing; whoever uses it does.
/// </summary>
/// <remarks>Any thread. All nodes of a process share them.</remarks>
internal static class SpareThreads
{
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(5);

    // Monitor, not Lock: threads without work wait on it.
    private static readonly object Gate = new();
    private static readonly Queue<Action> Work = [];
    private static int _waiting;

    /// <summary>Runs work on one of them.</summary>
    public static Task<T> RunAsync<T>(Func<T> work)
    {
        TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (OperationCanceledException e)
            {
                result.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task;
    }

    private static void Enqueue(Action work)
    {
        lock (Gate)
        {
            Work.Enqueue(work);
            if (Work.Count <= _waiting)
            {
                Monitor.Pulse(Gate);
                return;
            }
        }

        new Thread(Serve) { IsBackground = true, Name = "peer work" }.Start();
    }

    private static void Serve()
    {
        while (Next() is { } work)
        {
            work();
        }
    }

    private static Action? Next()
    {
        lock (Gate)
        {
            bool isKept = true;
            while (true)
            {
                if (Work.TryDequeue(out Action? work))
                {
                    return work;
                }

                if (!isKept)
                {
                    return null;
                }

                _waiting++;
                isKept = Monitor.Wait(Gate, Keep);
                _waiting--;
            }
        }
    }
}
