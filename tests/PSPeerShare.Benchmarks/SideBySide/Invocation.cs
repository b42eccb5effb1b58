using System.Collections.Concurrent;
using System.Diagnostics;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>A program with its arguments, run to its end.</summary>
internal sealed record Invocation(string Program, params string[] Arguments)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_mostBetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly ConcurrentDictionary<int, Process> s_running = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Ends whatever runs to its end just now.</summary>
    public static void EndAll()
    {
        foreach (Process process in s_running.Values)
        {
            End(process);
        }
    }

    /// <summary>Starts it with pipes for its output and input; the caller owns the process.</summary>
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

    /// <summary>Runs it and measures from outside: wall time, its CPU, and the largest resident sets.</summary>
    /// <param name="serverPeak">Looked at from time to time: processes of a server may come and go.</param>
    public async Task<Cost> RunAsync(Func<long>? serverPeak = null) => (await RunWithOutputAsync(serverPeak)).Cost;

    /// <summary>The same, with what it wrote.</summary>
    public async Task<(Cost Cost, string Output)> RunWithOutputAsync(Func<long>? serverPeak = null)
    {
        double before = ProcessUsage.SecondsOfEndedChildren();
        long started = Stopwatch.GetTimestamp();
        using Process process = Start();
        s_running[process.Id] = process;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Close();
            Task<TimeSpan> ended = process.WaitForExitAsync().ContinueWith(_ => Stopwatch.GetElapsedTime(started), TaskScheduler.Default);
            (long peak, long peakOfServer) = await WatchAsync(process, ended, serverPeak ?? (static () => 0));
            TimeSpan wall = await ended;
            return process.ExitCode == 0
                ? (new Cost(wall.TotalSeconds, ProcessUsage.SecondsOfEndedChildren() - before, 0, peak, peakOfServer), await output)
                : throw new InvalidOperationException($"{Program} ended with {process.ExitCode}: {(await errors).Trim()} {(await output).Trim()}");
        }
        finally
        {
            s_running.TryRemove(process.Id, out _);
        }
    }

    /// <summary>Runs it without measuring.</summary>
    public async Task RequireAsync() => _ = await RunAsync();

    // Looking costs a little of what is measured, so it is done less often the longer it takes.
    private async Task<(long Own, long Server)> WatchAsync(Process process, Task ended, Func<long> serverPeak)
    {
        Stopwatch watched = Stopwatch.StartNew();
        (long own, long server) = (0, 0);
        TimeSpan pause = TimeSpan.FromMilliseconds(30);
        while (await Task.WhenAny(ended, Task.Delay(pause)) != ended)
        {
            if (watched.Elapsed > s_patience)
            {
                End(process);
                throw new TimeoutException($"{Program} took longer than {s_patience}.");
            }

            own = Math.Max(own, ProcessUsage.PeakOfTree(process.Id));
            server = Math.Max(server, serverPeak());
            pause = pause * 2 < s_mostBetweenLooks ? pause * 2 : s_mostBetweenLooks;
        }

        return (own, Math.Max(server, serverPeak()));
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
