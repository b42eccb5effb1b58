using System.Diagnostics;
using System.Globalization;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Benchmarks.Durable;

/// <summary>Small files on stable storage: each for itself by four writers, and in batches. Only a real disk tells.</summary>
internal sealed class DurableRun(string folder) : IDisposable
{
    private const int Files = 1000;
    private const int Writers = 4;
    private const int Rounds = 5;

    private readonly string _work = Directory.CreateDirectory(Path.Combine(folder, $"pspeershare-durable-{Guid.NewGuid():N}")).FullName;
    private readonly byte[] _content = new byte[4096];

    public async Task RunAsync()
    {
        List<double> ratios = [];
        for (int round = 0; round < Rounds; round++)
        {
            double alone = await MeasureAsync($"alone{round}", Writers, (root, name) =>
            {
                using StagedFile file = root.Stage(_content.Length);
                file.Write(_content, 0);
                file.Commit(["in", name], CommitMode.NewName, null, durable: true, out _);
                return Task.CompletedTask;
            });
            double together = await MeasureAsync($"together{round}", GroupCommit.MostFiles, async (root, name) =>
            {
                using StagedFile file = root.Stage(_content.Length);
                file.Write(_content, 0);
                await root.Durably.CommitAsync(file, ["in", name], CommitMode.NewName, null);
            });
            ratios.Add(alone / together);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round + 1}: {Files} files of {_content.Length} bytes: each for itself {alone:f2} s, in batches {together:f2} s, {alone / together:f1} x"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median {ratios.Order().ElementAt(Rounds / 2):f1} x"));
    }

    public void Dispose() => Directory.Delete(_work, recursive: true);

    private async Task<double> MeasureAsync(string name, int atOnce, Func<SafeRoot, string, Task> write)
    {
        using SafeRoot root = SafeRoot.Open(Path.Combine(_work, name), create: true);
        int next = 0;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) <= Files;)
            {
                await write(root, $"f{i}");
            }
        })));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
