namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>
/// How cost grows with length and number in a session that is warm, beside rsync: where an administrator works, the
/// start of PowerShell and compiling are paid once (P2, P10).
/// </summary>
internal sealed class SessionScenario() : Scenario("session", 6)
{
    // What compiles in the background is ready after these.
    private const int WarmUps = 2;

    private static readonly int[] s_mebibytes = [1, 16, 256];
    private static readonly int[] s_files = [100, 1_000, 10_000, 100_000];

    private readonly List<Workload> _loads = [];

    public override void Prepare(Arena arena)
    {
        _loads.AddRange(s_mebibytes.Select(m => Workload.OneFile($"session-{m}m", arena.Source, (long)m << 20)));
        _loads.AddRange(s_files.Select(n => Workload.ManyFiles($"session-{n}", arena.Source, n, 4096)));
        arena.Shares.AddRange(_loads.Select(static load => load.Folder));
    }

    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        using PeerCommands commands = new(arena.Peer);
        Contender? rsync = arena.Able(Contender.Ssh(arena.Ssh, 0, arena.Work)).Find(static c => c.Name == Contender.Rsync);
        for (int i = 0; i < WarmUps; i++)
        {
            foreach (Workload load in _loads.Where(static l => l.Files <= 10_000))
            {
                string to = arena.FreshTarget(load.Bytes);
                await commands.FetchAsync(arena.Peer, load, to, cancellationToken);
                await commands.FetchAsync(arena.Peer, load, to, cancellationToken);
            }
        }

        Dictionary<(Workload Load, string What), List<Cost>> costs = [];
        while (budget.Next())
        {
            foreach (Workload load in _loads)
            {
                string to = arena.FreshTarget(load.Bytes);
                Note(load, Contender.Own, await commands.FetchAsync(arena.Peer, load, to, cancellationToken));
                load.RequireEqual(to);
                Note(load, "again", await commands.FetchAsync(arena.Peer, load, to, cancellationToken));
                if (rsync is not null)
                {
                    to = arena.FreshTarget(load.Bytes);
                    Note(load, Contender.Rsync, await rsync.MeasureAsync(load, to, load.Name));
                    Note(load, "rsync again", await rsync.MeasureAsync(load, to, $"{load.Name}, again"));
                }
            }
        }

        arena.Report.Add(new ResultTable(
            "session: Get-PeerFile in one PowerShell that is warm, rsync a process each time",
            ["", "PSPeerShare", "CPU of both ends", "rsync over ssh", "CPU", "ratio", "PSPeerShare again", "rsync again", "ratio"],
            [.. _loads.Select(Row)],
            ResultTable.Text($"Medians of {costs[(_loads[0], Contender.Own)].Count} rounds.")));

        void Note(Workload load, string what, Cost cost)
        {
            if (!costs.TryGetValue((load, what), out List<Cost>? all))
            {
                costs[(load, what)] = all = [];
            }

            all.Add(cost);
        }

        string[] Row(Workload load)
        {
            string[] cells =
            [
                load.Files == 1 ? ResultTable.Text($"{load.Bytes >> 20} MiB") : ResultTable.Text($"{load.Files:N0} files of 4 KiB"),
                Seconds(load, Contender.Own), Cpu(load, Contender.Own),
                Seconds(load, Contender.Rsync), Cpu(load, Contender.Rsync), Ratio(load, Contender.Own, Contender.Rsync),
                Seconds(load, "again"), Seconds(load, "rsync again"), Ratio(load, "again", "rsync again"),
            ];
            return cells;
        }

        string Seconds(Workload load, string what) => Median(load, what, static c => c.Seconds) is { } s ? ResultTable.Text($"{s:0.000} s") : "";

        string Cpu(Workload load, string what) => Median(load, what, static c => c.ClientCpu + c.ServerCpu) is { } s ? ResultTable.Text($"{s:0.00} s") : "";

        string Ratio(Workload load, string own, string other) =>
            Median(load, own, static c => c.Seconds) / Median(load, other, static c => c.Seconds) is { } ratio ? ResultTable.Text($"{ratio:0.00}") : "";

        double? Median(Workload load, string what, Func<Cost, double> of) =>
            costs.TryGetValue((load, what), out List<Cost>? all) ? Measurement.Median(all.Select(of)) : null;
    }
}
