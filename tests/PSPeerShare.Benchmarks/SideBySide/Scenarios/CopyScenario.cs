namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>P1, P2 and P10: one workload copied by every contender, and again over a copy that is whole already.</summary>
internal sealed class CopyScenario : Scenario
{
    private readonly Func<Arena, Workload?> _make;
    private readonly bool _isTree;
    private Workload? _load;

    private CopyScenario(string name, int weight, Func<Arena, Workload?> make, bool isTree)
        : base(name, weight)
    {
        _make = make;
        _isTree = isTree;
    }

    public static CopyScenario OneFile(long bytes) =>
        new("big", 10, arena => Workload.OneFile("big", arena.Source, bytes), isTree: false);

    public static CopyScenario SmallFiles() =>
        new("small", 5, static arena => Workload.ManyFiles("small", arena.Source, 10_000, 4096), isTree: false);

    public static CopyScenario Tree() =>
        new("tree", 4, static arena => Workload.CopyOf("tree", arena.Source, "/usr/share/doc"), isTree: true);

    public override void Prepare(Arena arena)
    {
        _load = _make(arena);
        if (_load is not null)
        {
            arena.Shares.Add(_load.Folder);
        }
    }

    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        if (_load is not { } load)
        {
            Console.WriteLine("There is no /usr/share/doc here.");
            return;
        }

        // Over HTTPS nobody learns what is in a folder that has an index.html.
        List<Contender> contenders = [.. Contender.AllOf(arena).Where(c => !_isTree || c.Server is not NginxServer)];
        Dictionary<string, List<Cost>> fresh = contenders.ToDictionary(static c => c.Name, static _ => new List<Cost>());
        Dictionary<string, List<Cost>> again = contenders.Where(static c => c.Name is Contender.Own or Contender.Rsync)
            .ToDictionary(static c => c.Name, static _ => new List<Cost>());
        while (budget.Next())
        {
            foreach (Contender contender in contenders)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string to = arena.FreshTarget(load.Bytes);
                fresh[contender.Name].Add(await contender.MeasureAsync(load, to, Name));
                load.RequireEqual(to);
                if (again.TryGetValue(contender.Name, out List<Cost>? costs))
                {
                    costs.Add(await contender.MeasureAsync(load, to, $"{Name}, again"));
                }
            }
        }

        string what = $"{Name}: {load.Files:N0} {(load.Files == 1 ? "file" : "files")}, {load.Bytes >> 20:N0} MiB";
        arena.Report.Add([.. fresh.Select(f => new Measurement(what, f.Key, load.Bytes, f.Value))]);
        arena.Report.Add([.. again.Select(f => new Measurement($"{Name}, again: nothing to do", f.Key, 0, f.Value))]);
    }
}
