using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace PSPeerShare.Tests.Network;

/// <summary>A program in a network namespace. It ends with the test.</summary>
internal sealed class LabProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly BlockingCollection<string> _lines = [];

    public LabProcess(string inNamespace, IReadOnlyDictionary<string, string> environment, string[] command)
    {
        ProcessStartInfo start = new("ip", ["netns", "exec", inNamespace, .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_error)
            {
                _error.AppendLine(line.Data);
            }
        };
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits for a line that holds a text.</summary>
    public string WaitForLine(string text)
    {
        List<string> seen = [];
        using CancellationTokenSource deadline = new(Patience);
        try
        {
            foreach (string line in _lines.GetConsumingEnumerable(deadline.Token))
            {
                seen.Add(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        throw new TimeoutException($"No line has '{text}'. Output: {string.Join('\n', seen)} Error: {Error}");
    }

    /// <summary>Waits for its end; it has to be a good one.</summary>
    public string[] Finish()
    {
        Assert.True(_process.WaitForExit(Patience), $"it did not end: {Error}");
        _process.WaitForExit();
        Assert.True(_process.ExitCode == 0, $"it ended with {_process.ExitCode}: {string.Join('\n', _lines)} {Error}");
        return [.. _lines.GetConsumingEnumerable()];
    }

    /// <summary>Asks it to end, and waits.</summary>
    public void Stop()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.True(_process.WaitForExit(Patience), "it did not stop");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _lines.Dispose();
    }

    private string Error
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _lines.CompleteAdding();
        }
        else
        {
            _lines.Add(line);
        }
    }
}
