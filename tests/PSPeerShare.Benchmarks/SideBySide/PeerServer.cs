using System.Diagnostics;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>PSPeerShare as a user runs it: a PowerShell that serves, and one new PowerShell a command that fetches.</summary>
internal sealed class PeerServer(string work, string module, IReadOnlyList<string> powerShell) : BenchServer
{
    private readonly string _home = Path.Combine(work, "peer-client");
    private readonly string _stop = Path.Combine(work, "peer-stop");

    /// <summary>Starts a node that serves the folders, and makes the client's home trust it as <c>bench</c>.</summary>
    public async Task StartAsync(IEnumerable<string> folders, params string[] options)
    {
        string ticket = Path.Combine(work, "peer-ticket");
        string script = Path.Combine(work, "peer-serve.ps1");
        await File.WriteAllTextAsync(script, $$"""
            Import-Module '{{module}}'
            $null = Start-PeerServer -Path {{string.Join(", ", folders.Select(f => $"'{f}'"))}} -ListenAddress 127.0.0.1 -Port 0 -Name bench {{string.Join(' ', options)}}
            [IO.File]::WriteAllText('{{ticket}}.new', (New-PeerTicket).Ticket)
            [IO.File]::Move('{{ticket}}.new', '{{ticket}}')
            while (-not [IO.File]::Exists('{{_stop}}')) { [Threading.Thread]::Sleep(100) }
            Stop-PeerServer
            """);
        Invocation serve = PowerShell(Path.Combine(work, "peer-server"), "-File", script);
        await StartAsync(serve, () => Task.FromResult(File.Exists(ticket)));
        await Command($"$null = Add-Peer -Ticket ([IO.File]::ReadAllText('{ticket}')) -Name bench").RequireAsync();
    }

    /// <summary>A new PowerShell that imports the module, runs one command and ends.</summary>
    public Invocation Command(string command) =>
        PowerShell(_home, "-Command", $"$ErrorActionPreference = 'Stop'; Import-Module '{module}'; {command}");

    /// <summary>A new PowerShell that does nothing.</summary>
    public Invocation Bare() => PowerShell(_home, "-Command", "$null");

    protected override void Stop(Process process)
    {
        File.WriteAllText(_stop, "");
        if (!process.WaitForExit(10_000))
        {
            base.Stop(process);
        }
    }

    private Invocation PowerShell(string home, params string[] arguments) =>
        new(powerShell[0], [.. powerShell.Skip(1), "-NoProfile", "-NonInteractive", .. arguments])
        {
            Environment = new Dictionary<string, string>
            {
                ["PSPEERSHARE_HOME"] = home,
                // Where the project's own Shell takes the module from.
                ["PSPEERSHARE_MODULE"] = Path.GetDirectoryName(module)!,
            },
        };
}
