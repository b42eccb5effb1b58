using System.Diagnostics;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>PSPeerShare as a user runs it: a PowerShell that serves, and one new PowerShell a command that fetches.</summary>
internal sealed class PeerServer(string work, string module, IReadOnlyList<string> powerShell) : BenchServer
{
    private readonly string _home = Path.Combine(work, "peer-client");
    private readonly string _distantHome = Path.Combine(work, "peer-distant");
    private readonly string _stop = Path.Combine(work, "peer-stop");

    /// <summary>The port of the node.</summary>
    public int Port { get; private set; }

    /// <summary>Whether it is a PowerShell that imports the module only when told to.</summary>
    public bool CanBeBare => powerShell.Count == 1;

    /// <summary>Starts a node that serves the folders, and makes the clients' homes trust it as <c>bench</c>.</summary>
    public async Task StartAsync(IReadOnlyList<string> folders, string[] options, CancellationToken cancellationToken)
    {
        string ticket = Path.Combine(work, "peer-ticket");
        string script = Path.Combine(work, "peer-serve.ps1");
        string paths = folders.Count == 0 ? "" : $"-Path {string.Join(", ", folders.Select(static f => $"'{f}'"))}";

        // Hashing in the background would be counted as the cost of whatever is measured first. And it ends by itself
        // when whoever started it was killed: its folder is gone then, or will be.
        await File.WriteAllTextAsync(script, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{module}}'
            $node = Start-PeerServer {{paths}} -ListenAddress 127.0.0.1 -Port 0 -Name bench -NoDiscovery {{string.Join(' ', options)}}
            while ($true) {
                $open = 0
                foreach ($share in Get-PeerShare) { if ($null -eq $share.Unhashed -or $share.Unhashed -gt 0) { $open++ } }
                if ($open -eq 0) { break }
                [Threading.Thread]::Sleep(100)
            }
            foreach ($name in 'near', 'distant') { [IO.File]::WriteAllText("{{ticket}}-$name", (New-PeerTicket).Ticket) }
            [IO.File]::WriteAllText('{{ticket}}-port.new', "$($node.Port)")
            [IO.File]::Move('{{ticket}}-port.new', '{{ticket}}-port')
            while (-not [IO.File]::Exists('{{_stop}}') -and [IO.Directory]::Exists('/proc/{{Environment.ProcessId}}')) { [Threading.Thread]::Sleep(100) }
            Stop-PeerServer
            """, cancellationToken);
        Invocation serve = PowerShell(Path.Combine(work, "peer-server"), "-File", script);
        await StartAsync(serve, () => Task.FromResult(File.Exists($"{ticket}-port")), cancellationToken);
        Port = int.Parse(await File.ReadAllTextAsync($"{ticket}-port", cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        await Command($"$null = Add-Peer -Ticket ([IO.File]::ReadAllText('{ticket}-near')) -Name bench").RequireAsync();
        await DistantCommand($"$null = Add-Peer -Ticket ([IO.File]::ReadAllText('{ticket}-distant')) -Name bench").RequireAsync();
    }

    /// <summary>A new PowerShell that imports the module, runs one command and ends.</summary>
    public Invocation Command(string command) => Importing(_home, command);

    /// <summary>The same of another home, whose peer book may say that the node is elsewhere.</summary>
    public Invocation DistantCommand(string command) => Importing(_distantHome, command);

    /// <summary>The same of a home of its own.</summary>
    public Invocation CommandOf(string home, string command) => Importing(Path.Combine(work, home), command);

    /// <summary>A new PowerShell that does nothing.</summary>
    public Invocation Bare() => PowerShell(_home, "-Command", "$null");

    protected override void Stop(Process process)
    {
        File.WriteAllText(_stop, "");
        if (!process.WaitForExit(5_000))
        {
            base.Stop(process);
        }
    }

    private Invocation Importing(string home, string command) =>
        PowerShell(home, "-Command", $"$ErrorActionPreference = 'Stop'; Import-Module '{module}'; {command}");

    private Invocation PowerShell(string home, params string[] arguments) =>
        new(powerShell[0], [.. powerShell.Skip(1), "-NoProfile", "-NonInteractive", .. arguments])
        {
            Environment = new Dictionary<string, string>
            {
                ["PSPEERSHARE_HOME"] = home,
                ["PSPEERSHARE_DISCOVERY"] = "Off",
                // Where the project's own Shell takes the module from.
                ["PSPEERSHARE_MODULE"] = Path.GetDirectoryName(module)!,
            },
        };
}
