using PSPeerShare.Benchmarks.Memory;

namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>P9: what a connection needs at a node while nothing happens on it.</summary>
internal sealed class IdleMemoryScenario() : Scenario("idle", 1)
{
    private const int Nodes = 16;
    private const int Each = 8;

    // The first ones bring what is needed once, such as the code of a handshake.
    private const int NodesBefore = 2;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(2);

    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        string[] homes = [.. Enumerable.Range(0, Nodes + NodesBefore).Select(i => Path.Combine(arena.Work, $"idle-{i}"))];
        using WatchedProcess server = new(["serve", Path.Combine(arena.Work, "idle-server"), "", .. homes.Select(MemoryHomes.IdOf)]);
        string[] where = (await server.HearAsync(cancellationToken)).Split(' ');
        using WatchedProcess first = new(["idle", where[0], where[1], $"{Each}", .. homes[..NodesBefore]]);
        await OpenAsync(first, cancellationToken);
        long before = await RestAsync(server, cancellationToken);
        using WatchedProcess others = new(["idle", where[0], where[1], $"{Each}", .. homes[NodesBefore..]]);
        int connections = await OpenAsync(others, cancellationToken);
        long after = await RestAsync(server, cancellationToken);
        double each = (after - before) / 1024.0 / connections;
        arena.Report.Add(new ResultTable(
            ResultTable.Text($"idle: {connections} connections"),
            ["own memory of who accepted", ""],
            [
                ["with the first 16", MemoryCourse.Mebibytes(before)],
                ["with all", MemoryCourse.Mebibytes(after)],
                ["for each", ResultTable.Text($"{each:0} KiB")],
            ],
            "Target: 128 KiB for each."));
    }

    private static async Task<int> OpenAsync(WatchedProcess dialler, CancellationToken cancellationToken)
    {
        await dialler.HearAsync(cancellationToken);
        dialler.Tell();
        return int.Parse(await dialler.HearAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<long> RestAsync(WatchedProcess server, CancellationToken cancellationToken)
    {
        await Task.Delay(s_rest, cancellationToken);
        server.Tell();
        await server.HearAsync(cancellationToken);
        return server.OwnBytes;
    }
}
