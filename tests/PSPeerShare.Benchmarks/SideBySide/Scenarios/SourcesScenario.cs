using PSPeerShare.Benchmarks.ManySources;

namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>P4: one file from four sources that are limited to 100 Mbit/s each, against one of them.</summary>
internal sealed class SourcesScenario() : Scenario("sources", 2)
{
    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        await using ManySourcesRun run = new();
        await run.PrepareAsync(cancellationToken);
        List<Cost> one = [], four = [];
        while (budget.Next())
        {
            (TimeSpan fromOne, TimeSpan fromFour) = await run.RoundAsync(one.Count + 1, cancellationToken);
            one.Add(new Cost(fromOne.TotalSeconds, 0, 0, 0, 0));
            four.Add(new Cost(fromFour.TotalSeconds, 0, 0, 0, 0));
        }

        double ratio = Measurement.Median(one.Zip(four, static (a, b) => a.Seconds / b.Seconds));
        arena.Report.Add(new ResultTable(
            "sources: 100 MB from sources of 100 Mbit/s each",
            ["", $"median of {one.Count}", "against one source"],
            [
                ["one source", ResultTable.Text($"{Measurement.Median(one.Select(static c => c.Seconds)):0.00} s"), "1.00"],
                ["four sources", ResultTable.Text($"{Measurement.Median(four.Select(static c => c.Seconds)):0.00} s"), ResultTable.Text($"{ratio:0.00} times as fast")],
            ],
            "All nodes in one process."));
    }
}
