using System.Diagnostics;
using System.Globalization;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>One PowerShell that has imported the module and fetches whatever it is told to, as an administrator's session does.</summary>
internal sealed class PeerCommands : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    // A path and a folder a line; the answer is how long it took and what CPU the process had until then.
    private const string Loop = """
        $self = [Diagnostics.Process]::GetCurrentProcess()
        while ($line = [Console]::In.ReadLine()) {
            $path, $to = $line.Split('|')
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Get-PeerFile -Peer bench -Path $path -Recurse -Destination $to | Out-Null
            $took = $watch.Elapsed.TotalSeconds
            $self.Refresh()
            [Console]::Out.WriteLine([string]::Format([cultureinfo]::InvariantCulture, 'took {0} {1}', $took, $self.TotalProcessorTime.TotalSeconds))
        }
        """;

    private readonly Process _process;
    private double _cpu;

    public PeerCommands(PeerServer peer)
    {
        _process = peer.Command(Loop).Start();
        _ = _process.StandardError.ReadToEndAsync().ContinueWith(static text => Console.Error.Write(text.Result), TaskScheduler.Default);
    }

    /// <summary>Fetches the workload; wall time of the command alone, CPU of both ends.</summary>
    public async Task<Cost> FetchAsync(PeerServer server, Workload load, string to, CancellationToken cancellationToken)
    {
        double before = server.CpuSeconds;
        await _process.StandardInput.WriteLineAsync($"{load.Name}/*|{to}".AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        string line = await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(s_patience, cancellationToken)
            ?? throw new InvalidOperationException("The PowerShell that fetches has ended.");
        if (line.Split(' ') is not ["took", string took, string cpu])
        {
            throw new InvalidOperationException($"The PowerShell that fetches said: {line}");
        }

        double until = double.Parse(cpu, CultureInfo.InvariantCulture), client = until - _cpu;
        _cpu = until;
        return new Cost(double.Parse(took, CultureInfo.InvariantCulture), client, server.CpuSeconds - before, 0, 0);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5_000))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
