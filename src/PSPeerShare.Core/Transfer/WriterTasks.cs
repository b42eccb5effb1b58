namespace PSPeerShare.Core.Transfer;

/// <summary>The tasks that write what one stream brings. One thread starts them; they end on their own.</summary>
internal sealed class WriterTasks
{
    private const int FewestKept = 64;

    private readonly List<Task> _tasks = [];
    private int _limit = FewestKept;

    /// <summary>Runs it on the thread pool.</summary>
    public Task Start(Func<Task> write)
    {
        if (_tasks.Count >= _limit)
        {
            // Seldom, or ten thousand files would look through the list ten thousand times.
            _tasks.RemoveAll(static t => t.IsCompletedSuccessfully);
            _limit = Math.Max(2 * _tasks.Count, FewestKept);
        }

        Task task = Task.Run(write, CancellationToken.None);
        _tasks.Add(task);
        return task;
    }

    /// <summary>When all that were started have ended; fails when one of them did.</summary>
    public Task WhenAll() => Task.WhenAll(_tasks);
}
