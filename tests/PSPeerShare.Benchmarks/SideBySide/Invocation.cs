using System.Diagnostics;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>A program with its arguments, run to its end.</summary>
internal sealed record Invocation(string Program, params string[] Arguments)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Starts it with its output thrown away; the caller owns the process.</summary>
    public Process Start()
    {
        ProcessStartInfo start = new(Program, Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{Program} did not start.");
    }

    /// <summary>Runs it and measures from outside: wall time, its CPU, and its largest resident set.</summary>
    public async Task<Cost> RunAsync()
    {
        double before = ProcessUsage.SecondsOfEndedChildren();
        long started = Stopwatch.GetTimestamp();
        using Process process = Start();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Close();
        using CancellationTokenSource patience = new(Patience);
        Task ended = process.WaitForExitAsync(patience.Token);
        TimeSpan wall = TimeSpan.Zero;
        long peak = 0;
        _ = process.WaitForExitAsync(CancellationToken.None).ContinueWith(
            _ => wall = Stopwatch.GetElapsedTime(started), TaskScheduler.Default);
        try
        {
            while (await Task.WhenAny(ended, Task.Delay(50, patience.Token)) != ended)
            {
                peak = Math.Max(peak, ProcessUsage.PeakOfTree(process.Id));
            }

            await ended;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Program} took longer than {Patience}.");
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Program} ended with {process.ExitCode}: {(await errors).Trim()} {(await output).Trim()}");
        }

        while (wall == TimeSpan.Zero)
        {
            await Task.Yield();
        }

        return new Cost(wall.TotalSeconds, ProcessUsage.SecondsOfEndedChildren() - before, 0, peak);
    }

    /// <summary>Runs it without measuring.</summary>
    public async Task RequireAsync() => _ = await RunAsync();
}
