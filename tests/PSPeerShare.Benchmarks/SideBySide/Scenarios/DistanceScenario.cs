using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>
/// P3: a round trip of 100 ms. A thousand small files against one file of the same bytes, and a large one over a link
/// of limited speed. What every run costs before the first byte of a file comes is measured by a file of one byte.
/// </summary>
internal sealed class DistanceScenario(SideBySideOptions options) : Scenario("distance", 7)
{
    private const int SmallFiles = 1000;
    private const int SmallBytes = 4096;
    private const double SecondsAtFullSpeed = 5;

    private static readonly TimeSpan s_oneWay = TimeSpan.FromMilliseconds(50);

    private readonly List<Workload> _loads = [];

    private long LargeBytes => (long)(options.LinkBytes * SecondsAtFullSpeed);

    public override void Prepare(Arena arena)
    {
        _loads.Add(Workload.OneFile("far-tiny", arena.Source, 1));
        _loads.Add(Workload.OneFile("far-one", arena.Source, SmallFiles * SmallBytes));
        _loads.Add(Workload.ManyFiles("far-many", arena.Source, SmallFiles, SmallBytes));
        _loads.Add(Workload.OneFile("far-large", arena.Source, LargeBytes));
        arena.Shares.AddRange(_loads.Select(static l => l.Folder));
    }

    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        using FaultProxy peer = new(arena.Peer.Port) { Delay = s_oneWay };
        using FaultProxy slowPeer = new(arena.Peer.Port) { Delay = s_oneWay, BytesPerSecond = options.LinkBytes };
        using FaultProxy nginx = new(arena.Nginx.Port) { Delay = s_oneWay };
        using FaultProxy slowNginx = new(arena.Nginx.Port) { Delay = s_oneWay, BytesPerSecond = options.LinkBytes };
        using FaultProxy ssh = new(arena.Ssh.Port) { Delay = s_oneWay };
        using FaultProxy slowSsh = new(arena.Ssh.Port) { Delay = s_oneWay, BytesPerSecond = options.LinkBytes };
        List<Contender> free = ContendersOf(arena, peer, nginx, ssh);
        List<Contender> limited = ContendersOf(arena, slowPeer, slowNginx, slowSsh);
        List<(string Name, Workload Load, Contender Contender)> turns = [];
        for (int i = 0; i < free.Count; i++)
        {
            turns.AddRange(_loads.SkipLast(1).Select(load => (load.Name, load, free[i])));
            turns.Add(("far-large-tiny", _loads[0], limited[i]));
            turns.Add((_loads[^1].Name, _loads[^1], limited[i]));
        }

        List<Measurement> all = await TakeTurnsAsync(
            "distance", budget, [.. turns.Select(t => (t.Contender.Name, (double)t.Load.Bytes, Turn(arena, t.Name, t.Load, t.Contender)))], cancellationToken);
        if (peer.Passed + slowPeer.Passed < all[0].Rounds.Count * LargeBytes)
        {
            throw new InvalidOperationException("PSPeerShare went another way than through the proxy.");
        }

        arena.Report.Add(Compare(all, turns.Count / free.Count));
    }

    private List<Contender> ContendersOf(Arena arena, FaultProxy peer, FaultProxy nginx, FaultProxy ssh)
    {
        // Those that pay several round trips a file would take minutes.
        string[] patient = [Contender.Own, "curl, HTTPS", Contender.Rsync, "tar over ssh"];
        Contender own = Contender.Peer(arena.Peer, command => arena.Peer.DistantCommand($"$null = Set-Peer bench -Address 127.0.0.1:{peer.Port}; {command}"));
        IEnumerable<Contender> others = arena.Able([.. Contender.Https(arena.Nginx, nginx.Port, arena.Work), .. Contender.Ssh(arena.Ssh, ssh.Port, arena.Work)]);
        return [own, .. others.Where(c => patient.Contains(c.Name) && options.WantsContender(c.Name))];
    }

    private static Func<Task<Cost>> Turn(Arena arena, string name, Workload load, Contender contender) => async () =>
    {
        string to = arena.FreshTarget(load.Bytes);
        Cost cost = await contender.MeasureAsync(load, to, name);
        load.RequireEqual(to);
        return cost;
    };

    private ResultTable Compare(List<Measurement> all, int each)
    {
        List<string[]> rows = [];
        for (int i = 0; i < all.Count; i += each)
        {
            (double tiny, double one, double many, double start, double large) =
                (all[i].Seconds, all[i + 1].Seconds, all[i + 2].Seconds, all[i + 3].Seconds, all[i + 4].Seconds);
            double rate = (LargeBytes - 1) / (large - start);
            rows.Add(
            [
                all[i].Contender,
                ResultTable.Text($"{tiny:0.00} s"),
                ResultTable.Text($"{one:0.00} s"),
                ResultTable.Text($"{many:0.00} s"),
                ResultTable.Text($"{many / one:0.00}"),
                ResultTable.Text($"{large:0.00} s"),
                ResultTable.Text($"{100 * rate / options.LinkBytes:0} %"),
            ]);
        }

        return new ResultTable(
            "distance: a round trip of 100 ms",
            ["", "one byte", "4 MB in one file", "4 MB in 1,000 files", "many against one", ResultTable.Text($"{LargeBytes / 1_000_000} MB over {options.LinkBytes / 125_000} Mbit/s"), "of the link"],
            rows,
            $"Medians of {all[0].Rounds.Count}, whole processes. Of the link: the large file's bytes by the time beyond that for one byte.");
    }
}
