using System.Globalization;

namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>P8: what importing the module adds to a bare PowerShell, and how soon a started node takes a connection.</summary>
internal sealed class StartScenario() : Scenario("start", 3)
{
    // The first connection of a process compiles what connecting needs; that is not the node's doing.
    private const string Connecting = """
        function Connect-Port($Port) { $client = [Net.Sockets.TcpClient]::new(); $client.Connect('127.0.0.1', $Port); $client.Dispose() }
        Connect-Port {0}
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $node = Start-PeerServer -Port 0 -ListenAddress 127.0.0.1 -NoDiscovery
        Connect-Port $node.Port
        [Console]::Out.WriteLine($watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture))
        Stop-PeerServer -Force
        """;

    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        string start = Connecting.Replace("{0}", $"{arena.Peer.Port}", StringComparison.Ordinal);
        List<double> accepted = [], acceptedAtFirst = [];
        List<(string, double, Func<Task<Cost>>)> turns =
        [
            ("with Import-Module", 0, () => arena.Peer.Command("$null").RunAsync()),
            ("with a node started and stopped", 0, () => NotedAsync(arena.Peer.CommandOf("peer-start", start), accepted)),
            ("the same with a new home", 0, () => NotedAsync(arena.Peer.CommandOf($"peer-start-{acceptedAtFirst.Count}", start), acceptedAtFirst)),
        ];
        if (arena.Peer.CanBeBare)
        {
            turns.Insert(0, ("PowerShell alone", 0, () => arena.Peer.Bare().RunAsync()));
        }

        List<Measurement> all = await TakeTurnsAsync("start: a process from its start to its end", budget, turns, cancellationToken);
        arena.Report.Add(all);
        List<string[]> rows =
        [
            ["Start-PeerServer until a connection is accepted", Milliseconds(accepted), "200 ms"],
            ["the same with a new home", Milliseconds(acceptedAtFirst), ""],
        ];
        if (arena.Peer.CanBeBare)
        {
            rows.Insert(0, ["Import-Module, beyond a bare session", ResultTable.Text($"{1000 * (all[1].Seconds - all[0].Seconds):0} ms"), "60 ms"]);
        }

        arena.Report.Add(new ResultTable("start: what it comes to", ["", "median", "target"], rows));
    }

    private static async Task<Cost> NotedAsync(Invocation command, List<double> noted)
    {
        (Cost cost, string output) = await command.RunWithOutputAsync();
        noted.Add(double.Parse(output.Trim(), CultureInfo.InvariantCulture));
        return cost;
    }

    private static string Milliseconds(List<double> all) => ResultTable.Text($"{Measurement.Median(all):0} ms");
}
