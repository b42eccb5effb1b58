using System.Diagnostics;
using System.Globalization;
using PSPeerShare.Benchmarks.SideBySide;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Benchmarks.Catalogs;

/// <summary>
/// P5 and P7: searches over a share of a million real files, and a hundred thousand new small files scanned and hashed
/// beside b3sum.
/// </summary>
/// <param name="files">How many files the searched share has.</param>
/// <param name="small">How many small files are hashed.</param>
/// <param name="rounds">How often each search runs.</param>
/// <param name="hashRounds">How often they are.</param>
internal sealed class CatalogRun(int files, int small, int rounds, int hashRounds) : IAsyncDisposable
{
    public const string Usage = "catalog [--files 1000000] [--small 100000] [--rounds 21] [--hash-rounds 7]";

    private const int FilesPerFolder = 1000;
    private const int SmallBytes = 4096;

    private static readonly string[] Words =
    [
        "invoice", "report", "photo", "holiday", "backup", "draft", "final", "meeting", "budget", "contract", "server", "config",
        "archive", "letter", "summary", "plan", "보고서", "사진", "계약", "회의",
    ];

    private readonly string _work = Directory.CreateDirectory(Path.Combine(SideBySideOptions.Scratch, $"pspeershare-catalog-{Guid.NewGuid():N}")).FullName;

    public static CatalogRun Parse(ReadOnlySpan<string> arguments)
    {
        Dictionary<string, string> given = [];
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            given[arguments[i]] = arguments[i + 1];
        }

        return new CatalogRun(Number("--files", 1_000_000), Number("--small", 100_000), Number("--rounds", 21), Number("--hash-rounds", 7));

        int Number(string name, int otherwise) =>
            given.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    public async Task RunAsync()
    {
        if (small > 0)
        {
            await HashAsync();
        }

        if (files > 0)
        {
            await SearchAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_work, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task HashAsync()
    {
        string folder = Path.Combine(_work, "small");
        byte[] content = new byte[SmallBytes];
        Make(folder, small, i =>
        {
            Random.Shared.NextBytes(content);
            return content;
        });

        // What changed within two seconds would not be kept.
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        List<double> ratios = [];

        // The first one is told and not counted: a node that runs has its code compiled.
        for (int round = 0; round <= hashRounds; round++)
        {
            await using CatalogBench bench = new(Path.Combine(_work, $"home-small-{round}"), folder);
            long start = Stopwatch.GetTimestamp();
            double cpu = Cpu();
            bench.Start();
            await bench.UntilAsync(share => share.IsComplete);
            double scanned = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double scanCpu = Cpu() - cpu;
            await bench.UntilAsync(share => share.IsHashed);
            double hashed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double allCpu = Cpu() - cpu;
            await bench.UntilIndexedAsync();
            double indexed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double indexedCpu = Cpu() - cpu;
            Cost other = SideBySideOptions.IsThere("b3sum")
                ? await new Invocation("sh", "-c", $"find '{folder}' -type f -print0 | xargs -0 b3sum > /dev/null").RunAsync()
                : new Cost(0, 0, 0, 0, 0);
            if (round > 0)
            {
                ratios.Add(hashed / other.Seconds);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"P7 round {round}, {small} files of {SmallBytes} bytes: scanned {scanned:f2} s (CPU {scanCpu:f2}), and hashed {hashed:f2} s (CPU {allCpu:f2}), names indexed {indexed:f2} s (CPU {indexedCpu:f2}), b3sum {other.Seconds:f2} s (CPU {other.ClientCpu:f2})"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"P7 median of {ratios.Count} rounds: {Median(ratios):f2} times b3sum"));
    }

    private async Task SearchAsync()
    {
        string folder = Path.Combine(_work, "large");
        Make(folder, files, _ => []);
        await using CatalogBench bench = new(Path.Combine(_work, "home-large"), folder);
        long start = Stopwatch.GetTimestamp();
        bench.Start();
        await bench.UntilAsync(share => share.IsComplete);
        double scanned = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await bench.UntilIndexedAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{files} files scanned in {scanned:f1} s, their names indexed in {Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s, catalog.db {bench.DatabaseBytes >> 20} MiB"));
        await bench.StopScanningAsync();
        foreach (string pattern in (string[])["*invoice*", "*holiday*report*", "*00077*", "*report*.txt", "*보고서*", "*ice*", "*nowhere*", "*고서*", "*서*", "*q*", "*in*", "*7*"])
        {
            List<double> first = [], hundred = [];
            int found = 0;
            for (int round = 0; round < rounds; round++)
            {
                found = Measure(bench, pattern, first, hundred);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"P5 {pattern,-18} first {Median(first),7:f2} ms, {found,3} results {Median(hundred),7:f2} ms"));
        }
    }

    private static int Measure(CatalogBench bench, string pattern, List<double> first, List<double> hundred)
    {
        EntryFilter filter = new();
        filter.Names.Add(pattern);
        long start = Stopwatch.GetTimestamp();
        EntryQuery query = EntryQuery.From(filter);
        using CatalogView view = bench.View();
        int found = 0;
        foreach (CatalogEntry entry in view.Search(query).Where(e => !e.IsFolder && query.Accepts(e)))
        {
            if (found++ == 0)
            {
                first.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            if (found == 100)
            {
                break;
            }
        }

        hundred.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (found == 0)
        {
            first.Add(hundred[^1]);
        }

        return found;
    }

    private static double Cpu() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Make(string folder, int count, Func<int, byte[]> content)
    {
        Random random = new(1);
        string at = "";
        for (int i = 0; i < count; i++)
        {
            if (i % FilesPerFolder == 0)
            {
                at = Directory.CreateDirectory(Path.Combine(folder, $"{Words[random.Next(16)]}-{i / FilesPerFolder:0000}")).FullName;
            }

            string name = $"{Words[random.Next(Words.Length)]}-{Words[random.Next(Words.Length)]}-{i:0000000}.{(i % 3 == 0 ? "txt" : i % 3 == 1 ? "jpg" : "pdf")}";
            File.WriteAllBytes(Path.Combine(at, name), content(i));
        }
    }
}
