using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PSPeerShare.Pipeline;

/// <summary>
/// Lets the pipeline's thread wait for asynchronous work. That thread stays the only one that writes: while it waits
/// it hands on the lines that the work left and samples progress. It knows no cmdlet, no transfer and no Core type.
/// </summary>
/// <remarks>
/// Thread rule: <see cref="Step"/> and <see cref="Cancel"/> from any thread, everything else on the pipeline's thread.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Abandoned work and a late Ctrl+C may still use them; neither holds a handle or a timer.")]
internal sealed class Pump
{
    /// <summary>How often progress is sampled: often enough for the eye, and a transfer does not feel it.</summary>
    internal static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(200);

    /// <summary>How long cancelled work may take to let go of sockets and files.</summary>
    internal static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> lines = new();

    private readonly ManualResetEventSlim signal = new();

    private long lastSample = Environment.TickCount64;

    /// <summary>Writes one line; called on the pipeline's thread.</summary>
    internal Action<string>? WriteLine { get; set; }

    /// <summary>Called on the pipeline's thread once a <see cref="SamplePeriod"/>.</summary>
    internal Action? Sample { get; set; }

    /// <summary>Cancelled when the pipeline stops, for whatever reason.</summary>
    internal CancellationToken Token => stop.Token;

    /// <summary>Leaves a line for the pipeline's thread.</summary>
    internal void Step(string line)
    {
        lines.Enqueue(line);
        signal.Set();
    }

    /// <summary>Cancels the work.</summary>
    internal void Cancel()
    {
        stop.Cancel();
        signal.Set();
    }

    /// <summary>Waits for a result, handing on lines and progress meanwhile.</summary>
    /// <exception cref="OperationCanceledException">The pipeline stopped.</exception>
    internal T Await<T>(Task<T> task)
    {
        Wait(task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Waits for the end of a task, handing on lines and progress meanwhile.</summary>
    /// <exception cref="OperationCanceledException">The pipeline stopped.</exception>
    internal void Await(Task task)
    {
        Wait(task);
        task.GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Await{T}(Task{T})"/>, without any cost when the result is there.</summary>
    internal T Await<T>(ValueTask<T> task)
    {
        if (task.IsCompletedSuccessfully)
        {
            Turn();
            return task.Result;
        }

        return Await(task.AsTask());
    }

    /// <summary>Hands on what has gathered; called between two pieces of work.</summary>
    internal void Turn()
    {
        stop.Token.ThrowIfCancellationRequested();
        while (lines.TryDequeue(out string? line))
        {
            WriteLine?.Invoke(line);
        }

        long now = Environment.TickCount64;
        if (now - lastSample >= (long)SamplePeriod.TotalMilliseconds)
        {
            lastSample = now;
            Sample?.Invoke();
        }
    }

    /// <summary>The items of a sequence as they come. Leaving early cancels the rest and waits until it has ended.</summary>
    internal IEnumerable<T> Pull<T>(Func<CancellationToken, IAsyncEnumerable<T>> source)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        IAsyncEnumerator<T> items = source(leaving.Token).GetAsyncEnumerator(leaving.Token);
        Task<bool>? pending = null;
        try
        {
            while (true)
            {
                ValueTask<bool> next = items.MoveNextAsync();
                bool hasItem;
                if (next.IsCompletedSuccessfully)
                {
                    hasItem = next.Result;
                    Turn();
                }
                else
                {
                    pending = next.AsTask();
                    hasItem = Await(pending);
                    pending = null;
                }

                if (!hasItem)
                {
                    yield break;
                }

                yield return items.Current;
            }
        }
        finally
        {
            leaving.Cancel();
            Abandon(pending);

            // An enumerator that still runs may not be disposed; it is left to its cancelled token.
            if (pending is null || pending.IsCompleted)
            {
                Abandon(items.DisposeAsync().AsTask());
            }
        }
    }

    /// <summary>Waits, for a bounded time and without throwing, until cancelled work has ended.</summary>
    internal static void Abandon(Task? task)
    {
        if (task is null)
        {
            return;
        }

        // WaitAny neither throws what the task threw nor leaves its exception unobserved afterwards.
        _ = Task.WaitAny([task], StopGrace);
        _ = task.Exception;
    }

    private void Wait(Task task)
    {
        if (task.IsCompleted)
        {
            Turn();
            return;
        }

        _ = task.ContinueWith(
            static (_, state) => ((ManualResetEventSlim)state!).Set(),
            signal,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        try
        {
            while (!task.IsCompleted)
            {
                signal.Wait(SamplePeriod);
                signal.Reset();
                Turn();
            }
        }
        catch
        {
            // Whatever ended the wait, a stop or a line that could not be written, ends the work too.
            Cancel();
            Abandon(task);
            throw;
        }

        Turn();
    }
}
