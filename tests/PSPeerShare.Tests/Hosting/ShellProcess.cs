using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace PSPeerShare.Tests.Hosting;

/// <summary>How a process of Shell ended.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error);

/// <summary>A second process: Shell with a home and, if wanted, a module of its own.</summary>
internal sealed partial class ShellProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly BlockingCollection<string> _lines = [];

    private ShellProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => _error.AppendLine(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts Shell.</summary>
    /// <param name="home">PSPEERSHARE_HOME of the process.</param>
    /// <param name="arguments">What follows Shell's name.</param>
    /// <param name="module">PSPEERSHARE_MODULE; without it the built module is used.</param>
    public static ShellProcess Start(string home, IEnumerable<string> arguments, string? module = null)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(BuiltModule.Shell);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PSPEERSHARE_HOME"] = home;
        start.Environment["PSPEERSHARE_MODULE"] = module;
        return new ShellProcess(new Process { StartInfo = start });
    }

    /// <summary>Runs Shell to its end.</summary>
    /// <inheritdoc cref="Start"/>
    public static ShellResult Run(string home, IEnumerable<string> arguments, string? module = null)
    {
        using ShellProcess process = Start(home, arguments, module);
        return process.Finish();
    }

    /// <summary>Waits for a line of standard output.</summary>
    /// <param name="start">How the line begins.</param>
    /// <returns>The line.</returns>
    public string WaitForLine(string start)
    {
        using CancellationTokenSource deadline = new(Patience);
        try
        {
            foreach (string line in _lines.GetConsumingEnumerable(deadline.Token))
            {
                if (line.StartsWith(start, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with what the process said.
        }

        throw new TimeoutException($"No line began with '{start}'. Output: {_output} Error: {_error}");
    }

    /// <summary>Sends SIGINT or SIGTERM.</summary>
    public void Signal(PosixSignal signal)
    {
        int number = signal == PosixSignal.SIGINT ? 2 : 15;
        if (Kill(_process.Id, number) != 0)
        {
            throw new InvalidOperationException($"kill failed with {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Ends the process the hard way, as a crash would.</summary>
    public void Crash() => _process.Kill(entireProcessTree: true);

    /// <summary>Waits for the process to end.</summary>
    public ShellResult Finish()
    {
        if (!_process.WaitForExit(Patience))
        {
            throw new TimeoutException($"Shell did not end. Output: {_output} Error: {_error}");
        }

        // Without a time-out this waits for the end of both streams too.
        _process.WaitForExit();
        return new ShellResult(_process.ExitCode, _output.ToString(), _error.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Crash();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    private void Take(string? line)
    {
        if (line is null)
        {
            _lines.CompleteAdding();
            return;
        }

        _output.AppendLine(line);
        _lines.Add(line);
    }
}
