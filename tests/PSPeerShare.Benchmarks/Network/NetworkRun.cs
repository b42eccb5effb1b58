using System.Diagnostics;
using System.Globalization;
using System.Net;
using PSPeerShare.Core;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Benchmarks.Network;

/// <summary>
/// Fifty nodes in this process that know each other's ids and no addresses: they find each other by multicast on the
/// loopback interface, keep each other's catalogs of 1,000 entries, and one of them searches all others.
/// </summary>
internal sealed class NetworkRun(int nodes, int entries) : IAsyncDisposable
{
    private const int Rounds = 21;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    // On a machine with much else to do, a peer that says nothing for seconds is slow and not away.
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pspeershare-bench-");
    private readonly List<PeerNode> _nodes = [];

    public static NetworkRun Parse(ReadOnlySpan<string> arguments) => new(
        arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 50,
        arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1000);

    public async Task RunAsync()
    {
        using CancellationTokenSource bound = new(s_longest);
        for (int i = 0; i < nodes; i++)
        {
            Open(i);
        }

        await TrustAllAsync(bound.Token);
        using Process self = Process.GetCurrentProcess();
        long before = Memory(self);
        TimeSpan cpu = self.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(_nodes.Select((node, i) => StartAsync(node, i, bound.Token)));
        Say("started", start);

        PeerNode asking = _nodes[0];
        int found = 0;
        await foreach (FoundPeer _ in asking.FindPeersAsync(TimeSpan.FromSeconds(60), bound.Token))
        {
            if (++found == nodes - 1)
            {
                break;
            }
        }

        Say($"one node sees the {found} others", start);
        foreach (PeerNode node in _nodes)
        {
            await WaitForCatalogsAsync(node, bound.Token);
        }

        Say($"all have the catalogs of all: {(long)nodes * (nodes - 1) * entries:N0} entries", start);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"CPU {(self.TotalProcessorTime - cpu).TotalSeconds:0.0} s, memory {(Memory(self) - before) >> 20} MiB more ({(Memory(self) - before) / nodes >> 10} KiB a node), {self.Threads.Count} threads"));
        await MeasureIdleAsync(self, bound.Token);
        FindOptions all = new() { Timeout = s_silence };
        FindOptions one = all with { Names = ["*00777*"] };
        int others = nodes - 1;
        await MeasureAsync("live, all files", asking, all, others * entries, bound.Token);
        await MeasureAsync("live, one file a peer", asking, one, entries > 777 ? others : 0, bound.Token);
        await MeasureAsync("stored, all files", asking, all with { Stored = StoredAnswers.Only }, others * entries, bound.Token);
        await MeasureAsync("stored, one file a peer", asking, one with { Stored = StoredAnswers.Only }, entries > 777 ? others : 0, bound.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));

        // Closed, so that nothing is in a log.
        long stored = _nodes.Sum(node => new FileInfo(Path.Combine(node.Home, "catalog.db")).Length);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"catalog.db: {(double)stored / nodes / nodes / entries:0} bytes an entry, {stored / nodes >> 10} KiB a node"));
        _folder.Delete(recursive: true);
    }

    private void Open(int number)
    {
        string home = Path.Combine(_folder.FullName, $"home{number}");
        OwnerOnly.EnsureFolder(home, PeerError.HomeUnusable);
        FollowPace pace = FollowPace.Default with { FirstDial = TimeSpan.FromSeconds(5), Retry = TimeSpan.FromSeconds(5) };
        _nodes.Add(PeerNode.Open(home, new DiscoveryScope(IsOff: false, [IPAddress.Loopback]), pace));
        string share = Directory.CreateDirectory(Path.Combine(_folder.FullName, $"files{number}")).FullName;
        for (int i = 0; i < entries; i++)
        {
            string folder = Directory.CreateDirectory(Path.Combine(share, $"folder{i % 20:00}")).FullName;
            File.WriteAllText(Path.Combine(folder, $"file-of-{number:00}-{i:00000}.txt"), "");
        }
    }

    private async Task TrustAllAsync(CancellationToken cancellationToken)
    {
        foreach (PeerNode node in _nodes)
        {
            for (int i = 0; i < _nodes.Count; i++)
            {
                if (_nodes[i] != node)
                {
                    await node.AddPeerAsync(new AddPeerOptions { NodeId = _nodes[i].GetIdentity().NodeId, Name = $"node{i}" }, cancellationToken);
                }
            }
        }
    }

    private Task<ServerInfo> StartAsync(PeerNode node, int number, CancellationToken cancellationToken) => node.StartServerAsync(
        new ServerOptions
        {
            Name = $"node{number}",
            Port = 0,
            ListenAddresses = [IPAddress.Loopback],
            Paths = [Path.Combine(_folder.FullName, $"files{number}")],
        },
        cancellationToken);

    // Looking through them would cost more than storing them.
    private async Task WaitForCatalogsAsync(PeerNode node, CancellationToken cancellationToken)
    {
        while (node.CountAnnounced() < (long)(nodes - 1) * entries)
        {
            await Task.Delay(200, cancellationToken);
        }
    }

    private static async Task MeasureIdleAsync(Process self, CancellationToken cancellationToken)
    {
        // What storing leaves to be done afterwards is not idling.
        await Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        self.Refresh();
        TimeSpan cpu = self.TotalProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
        self.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all connected, nothing to do: {(self.TotalProcessorTime - cpu).TotalSeconds / 20:0.00} s of CPU a second"));
    }

    private static async Task MeasureAsync(string what, PeerNode node, FindOptions options, int expected, CancellationToken cancellationToken)
    {
        List<double> first = [], all = [];
        List<string> incomplete = [];
        using Process self = Process.GetCurrentProcess();
        TimeSpan cpu = self.TotalProcessorTime, paused = GC.GetTotalPauseDuration();
        for (int round = 0; round < Rounds; round++)
        {
            int count = 0;
            string? failure = null;
            long start = Stopwatch.GetTimestamp();
            await foreach (SearchResult result in node.FindFilesAsync(options, cancellationToken))
            {
                if (result.File is null)
                {
                    failure ??= $"{result.Failure!.Target}: {result.Failure.Error} {result.Failure.Detail}";
                }
                else if (++count == 1)
                {
                    first.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }

            all.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (count != expected || failure is not null)
            {
                incomplete.Add($"{count} of {expected} files, {failure ?? "no failure"}");
            }
        }

        self.Refresh();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: first after {Spread(first)} ms, all {expected} after {Spread(all)} ms; {(self.TotalProcessorTime - cpu).TotalMilliseconds / Rounds:0} ms of CPU and {(GC.GetTotalPauseDuration() - paused).TotalMilliseconds / Rounds:0} ms of collecting each"));
        foreach (string round in incomplete)
        {
            Console.WriteLine($"    incomplete: {round}");
        }
    }

    private static string Spread(List<double> values)
    {
        values.Sort();
        return values.Count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{values[values.Count / 2]:0.0} ({values[0]:0.0} to {values[^1]:0.0})");
    }

    private static long Memory(Process process)
    {
        GC.Collect();
        process.Refresh();
        return process.WorkingSet64;
    }

    private static void Say(string what, long start) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0.0} s  {what}"));
}
