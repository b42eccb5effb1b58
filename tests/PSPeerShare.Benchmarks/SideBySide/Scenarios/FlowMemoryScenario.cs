using System.Diagnostics;
using PSPeerShare.Benchmarks.Memory;

namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>
/// P9: what a busy connection needs at both ends while a very large file goes from nowhere (holes of a file) to
/// nowhere: it is verified and thrown away.
/// </summary>
internal sealed class FlowMemoryScenario(long bytes) : Scenario("flow", 5)
{
    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        string share = Directory.CreateDirectory(Path.Combine(arena.Work, "flow")).FullName;
        using (FileStream file = File.Create(Path.Combine(share, "file.bin")))
        {
            file.SetLength(bytes);
        }

        string home = Path.Combine(arena.Work, "flow-client");
        using WatchedProcess server = new("serve", Path.Combine(arena.Work, "flow-server"), share, MemoryHomes.IdOf(home));
        string[] where = (await server.HearAsync(cancellationToken)).Split(' ');
        using WatchedProcess client = new("flow", home, where[0], where[1], "flow/file.bin");
        long allocatedHere = await client.HearNumberAsync(cancellationToken);
        server.Tell();
        long allocatedThere = await server.HearNumberAsync(cancellationToken);
        long started = Stopwatch.GetTimestamp();
        (string answer, MemoryCourse own, MemoryCourse serving) = await client.WatchAsync(server, cancellationToken);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        long[] answers = [.. answer.Split(' ').Select(static n => long.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
        if (answers[0] != bytes)
        {
            throw new InvalidOperationException($"{answers[0]} bytes came instead of {bytes}.");
        }

        server.Tell();
        allocatedThere = await server.HearNumberAsync(cancellationToken) - allocatedThere;
        allocatedHere = answers[1] - allocatedHere;

        arena.Report.Add(new ResultTable(
            ResultTable.Text($"flow: {bytes >> 30} GiB from nowhere to nowhere"),
            ["own memory", "idle", "more, in the first fifth", "more, in the last fifth", "more, at most", "allocated for a GiB"],
            [[.. serving.Row("who serves"), OfGibibyte(allocatedThere)], [.. own.Row("who fetches"), OfGibibyte(allocatedHere)]],
            ResultTable.Text($"{took.TotalSeconds:0.0} s, {bytes / took.TotalSeconds / (1 << 20):0} MiB/s. Target: 4 MiB more for a busy connection, and the same however long it lasts.")));
    }

    private string OfGibibyte(long allocated) => MemoryCourse.Mebibytes(allocated / (bytes / (double)(1L << 30)));
}
