using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The tasks that write what one stream brings. A large file has a task of its own, which lives as long as its bytes
/// come; small files, which are whole when their turn comes, are written one after the other by a few tasks.
/// </summary>
/// <param name="slots">How many files may be written at once; a large file's slot is taken by who starts it.</param>
/// <param name="waiting">How many small files may wait for the disk together, taking no slots; 0 where none waits.</param>
/// <remarks>One thread starts them; they end on their own.</remarks>
internal sealed class WriterTasks(SemaphoreSlim slots, int waiting = 0)
{
    private const int FewestKept = 64;

    // Beyond the cores they would only wait for each other in the file system.
    private static readonly int MostForSmall = Math.Clamp(Environment.ProcessorCount, 1, 4);

    // Files without bytes cost no credit, so that something has to bound them.
    private readonly Channel<Func<Task>> _small = Channel.CreateBounded<Func<Task>>(4096);
    private readonly List<Task> _forSmall = [];
    private readonly List<Task> _tasks = [];
    private int _limit = FewestKept;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Runs it on a task of its own.</summary>
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

    /// <summary>When one more small file may be taken: there is room for it then until it is.</summary>
    public ValueTask<bool> RoomForSmallAsync(CancellationToken cancellationToken) => _small.Writer.WaitToWriteAsync(cancellationToken);

    /// <summary>Runs it after those that wait already.</summary>
    public void Enqueue(Func<Task> write)
    {
        if (_forSmall.Count < Math.Max(MostForSmall, waiting))
        {
            _forSmall.Add(Task.Run(WriteSmallAsync, CancellationToken.None));
        }

        if (!_small.Writer.TryWrite(write))
        {
            throw new InvalidOperationException("No room was asked for.");
        }
    }

    /// <summary>When all that were started have ended; fails when one of them did. None is started after it.</summary>
    public Task WhenAll()
    {
        _small.Writer.TryComplete();
        return Task.WhenAll([.. _tasks, .. _forSmall]);
    }

    private async Task WriteSmallAsync()
    {
        while (await _small.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (waiting == 0)
            {
                await slots.WaitAsync(CancellationToken.None);
            }

            try
            {
                while (_small.Reader.TryRead(out Func<Task>? write))
                {
                    await TryAsync(write);
                }
            }
            finally
            {
                if (waiting == 0)
                {
                    slots.Release();
                }
            }
        }

        _failure?.Throw();
    }

    // Those behind it hold buffers and room, which only their own turn gives back.
    private async ValueTask TryAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
        }
    }
}
