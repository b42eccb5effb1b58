using System.Diagnostics;
using PSPeerShare.Benchmarks.Memory;

namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>P9: what both ends need while a share of very many files is listed and nothing of the list is kept.</summary>
internal sealed class ListingMemoryScenario(int files) : Scenario("listing", 3)
{
    private const int FilesPerFolder = 1000;

    public override async Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken)
    {
        string share = Path.Combine(arena.Work, "listing");
        for (int i = 0; i < files; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string folder = Path.Combine(share, $"folder-{i / FilesPerFolder:0000}");
            if (i % FilesPerFolder == 0)
            {
                Directory.CreateDirectory(folder);
            }

            File.Create(Path.Combine(folder, $"a-file-of-some-name-{i:0000000}.txt"), bufferSize: 0).Dispose();
        }

        string home = Path.Combine(arena.Work, "listing-client");
        using WatchedProcess server = new("serve", Path.Combine(arena.Work, "listing-server"), share, MemoryHomes.IdOf(home));
        string[] where = (await server.HearAsync(cancellationToken)).Split(' ');
        using WatchedProcess client = new("list", home, where[0], where[1], "listing");
        await client.HearAsync(cancellationToken);
        server.Tell();
        await server.HearAsync(cancellationToken);
        long started = Stopwatch.GetTimestamp();
        (string answer, MemoryCourse own, MemoryCourse serving) = await client.WatchAsync(server, cancellationToken);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        if (long.Parse(answer.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) != files)
        {
            throw new InvalidOperationException($"{answer.Split(' ')[0]} files were listed instead of {files}.");
        }

        arena.Report.Add(new ResultTable(
            ResultTable.Text($"listing: {files:N0} files"),
            ["own memory", "idle", "more, in the first fifth", "more, in the last fifth", "more, at most"],
            [serving.Row("who serves"), own.Row("who lists")],
            ResultTable.Text($"{took.TotalSeconds:0.0} s. Target: 4 MiB more, however many there are.")));
    }
}
