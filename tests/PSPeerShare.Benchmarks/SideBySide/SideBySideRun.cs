using System.Diagnostics;
using PSPeerShare.Benchmarks.SideBySide.Scenarios;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>
/// Does the same work over loopback with PSPeerShare and with the tools that an administrator would use instead, in
/// turn, several rounds; checks each copy; prints a table after each scenario. Linux only: the tools and the counting are.
/// </summary>
internal sealed class SideBySideRun(SideBySideOptions options)
{
    private readonly Stopwatch _spent = Stopwatch.StartNew();

    /// <summary>Runs all scenarios that are wanted. False when one of them failed; the others run all the same.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        bool isWhole = true;
        List<Scenario> scenarios = [.. All().Where(s => options.Wants(s.Name))];
        Console.WriteLine(Machine.Line());
        await using Arena arena = new(options);
        foreach (Scenario scenario in scenarios)
        {
            scenario.Prepare(arena);
        }

        await arena.StartAsync(cancellationToken);
        while (scenarios.Count > 0)
        {
            Scenario next = scenarios[0];
            Console.WriteLine($"{next.Name}, load {Machine.Load()}");
            try
            {
                await next.RunAsync(arena, new RoundBudget(options.Rounds, ShareOf(next, scenarios)), cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Console.Error.WriteLine($"{next.Name} failed: {e}");
                isWhole = false;
            }

            scenarios.RemoveAt(0);
            if (options.Json is { } path)
            {
                arena.Report.WriteJson(path, Machine.Describe());
            }
        }

        Console.WriteLine(ResultTable.Text($"It took {_spent.Elapsed.TotalMinutes:0.0} minutes; load {Machine.Load()} at the end."));
        return isWhole;
    }

    /// <summary>What one scenario did not need goes to those that follow.</summary>
    private TimeSpan? ShareOf(Scenario next, List<Scenario> left) => options.Minutes == 0
        ? null
        : (TimeSpan.FromMinutes(options.Minutes) - _spent.Elapsed) * next.Weight / left.Sum(static s => s.Weight);

    private Scenario[] All() =>
    [
        new StartScenario(),
        new SessionScenario(),
        CopyScenario.SmallFiles(),
        CopyScenario.Tree(),
        CopyScenario.OneFile(options.BigBytes),
        new DistanceScenario(options),
        new SourcesScenario(),
        new FlowMemoryScenario(options.FlowBytes),
        new IdleMemoryScenario(),
        new ListingMemoryScenario(options.ListedFiles),
    ];
}
