using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using PSPeerShare.Core;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>
/// What an open dashboard costs a transfer: the same file is fetched with a page open and without, in pairs whose order
/// alternates, as fast as the machine can and at the rate of a link. Both nodes run in this process over loopback; the
/// fetching one has a full history, and its dashboard is asked to fetch each time, so that the page has its transfer in
/// view.
/// </summary>
internal sealed class DashboardRun : IAsyncDisposable
{
    private const int HistoryEntries = 10_000;
    private const int FewestPairs = 3;
    private const double MB = 1 << 20;

    private static readonly Case[] s_cases =
    [
        new("as fast as it goes", "large.bin", 2L << 30, null, TimeSpan.FromSeconds(100)),
        new("at 1 Gbit/s", "medium.bin", 512L << 20, 125_000_000, TimeSpan.FromSeconds(65)),

        // Moves next to nothing, so that what is left is the page's own cost.
        new("at 1 MB/s", "small.bin", 8L << 20, 1_000_000, TimeSpan.FromSeconds(45)),
    ];

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pspeershare-bench-");
    private readonly List<PeerNode> _nodes = [];

    public async Task RunAsync()
    {
        using CancellationTokenSource bound = new(s_longest);
        PeerNode server = Open("server");
        FillHistory("client");
        PeerNode client = Open("client");
        Dictionary<string, RemoteFile> files = await ShareAsync(server, client, bound.Token);
        DashboardInfo dashboard = await client.OpenDashboardAsync(new DashboardOptions { Roots = [In] }, bound.Token);
        using HttpClient http = await SignedIn.ClientAsync(dashboard, bound.Token);

        // Each address lets one in.
        dashboard = await client.OpenDashboardAsync(new DashboardOptions { Roots = [In] }, bound.Token);
        await using IWatchedPage page = DebuggedBrowser.Path is null
            ? new ReadPage(dashboard)
            : new BrowserPage(await DebuggedBrowser.OpenAsync(dashboard.Url, bound.Token), $"http://127.0.0.1:{dashboard.Port}/");
        Console.WriteLine(DebuggedBrowser.Path is null ? "No browser is installed: the page is read by a client in this process." : $"The page is in {DebuggedBrowser.Path}.");
        foreach (Case one in s_cases)
        {
            await LimitAsync(server, one.RateLimit, bound.Token);
            List<(Sample Without, Sample With)> pairs = await PairsAsync(one, page, () => FetchAsync(http, files[one.File], page, bound.Token), bound.Token);
            Report(one, pairs);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PeerNode node in _nodes)
        {
            await node.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private string In => _folder.CreateSubdirectory("in").FullName;

    private async Task<List<(Sample, Sample)>> PairsAsync(
        Case one, IWatchedPage page, Func<Task<Sample>> fetch, CancellationToken cancellationToken)
    {
        // The first ones bring code and files to where they are needed.
        await page.ShowAsync(cancellationToken);
        await fetch();
        await page.HideAsync(cancellationToken);
        List<(Sample, Sample)> pairs = [];
        for (long start = Stopwatch.GetTimestamp(); pairs.Count < FewestPairs || Stopwatch.GetElapsedTime(start) < one.Time;)
        {
            bool isPageFirst = pairs.Count % 2 == 1;
            Sample first = await MeasureAsync(isPageFirst), second = await MeasureAsync(!isPageFirst);
            (Sample without, Sample with) = isPageFirst ? (second, first) : (first, second);
            pairs.Add((without, with));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Name}, pair {pairs.Count}: {one.Length / MB / without.Wall:0} and {one.Length / MB / with.Wall:0} MiB/s, nodes {without.Cpu:0.000} and {with.Cpu:0.000} s of CPU, browser {without.Page:0.00} and {with.Page:0.00} s"));
        }

        return pairs;

        async Task<Sample> MeasureAsync(bool withPage)
        {
            await (withPage ? page.ShowAsync(cancellationToken) : page.HideAsync(cancellationToken));

            // A page is busy with itself for a while after it was opened.
            await Task.Delay(s_settling, cancellationToken);
            BackedMemory.Provide(_folder.FullName, one.Length);
            return await fetch();
        }
    }

    private static void Report(Case one, List<(Sample Without, Sample With)> pairs)
    {
        double[] rates = [.. pairs.Select(p => p.Without.Wall / p.With.Wall)], cpus = [.. pairs.Select(p => p.With.Cpu / p.Without.Cpu)];
        (double low, double high) = Sampling.Interval(rates);
        (double lowCpu, double highCpu) = Sampling.Interval(cpus);
        double wall = pairs.Sum(p => p.With.Wall);
        string kinds = string.Join(", ", pairs.SelectMany(p => p.With.Kinds).GroupBy(k => k.Key, k => k.Value)
            .Where(g => g.Sum() > 0).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {1000 * g.Sum() / wall:0}")));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            == {one.Name}, {one.Length >> 20} MiB, {pairs.Count} pairs, {HistoryEntries} entries of history, {Environment.ProcessorCount} processors
            without a page {Sampling.Median(pairs.Select(p => one.Length / MB / p.Without.Wall)):0} MiB/s, nodes {1000 * pairs.Sum(p => p.Without.Cpu) / pairs.Sum(p => p.Without.Wall):0} ms of CPU a second
            with a page    {Sampling.Median(pairs.Select(p => one.Length / MB / p.With.Wall)):0} MiB/s, nodes {1000 * pairs.Sum(p => p.With.Cpu) / wall:0} ms of CPU a second, browser {1000 * pairs.Sum(p => p.With.Page) / wall:0} ({kinds})
            rate with a page: {Sampling.Median(rates):0.000} of that without ({low:0.000} to {high:0.000}); CPU of the nodes: {Sampling.Median(cpus):0.000} ({lowCpu:0.000} to {highCpu:0.000}). Medians of the pairs, and where they lie in 95 of 100 cases
            """));
    }

    private string HomeOf(string name)
    {
        string home = Path.Combine(_folder.FullName, name);
        OwnerOnly.EnsureFolder(home, PeerError.HomeUnusable);
        return home;
    }

    private PeerNode Open(string name)
    {
        PeerNode node = PeerNode.Open(HomeOf(name));
        _nodes.Add(node);
        return node;
    }

    private void FillHistory(string name)
    {
        using NodeStore store = NodeStore.Open(HomeOf(name));
        store.Transfers.Put([.. Enumerable.Range(0, HistoryEntries).Select(i => new TransferRow
        {
            Id = $"{i:x32}",
            Direction = nameof(TransferDirection.Receive),
            PeerName = "server",
            SharePath = $"share/folder/file-{i}.bin",
            LocalPath = $"/home/user/Downloads/file-{i}.bin",
            Length = 10_000_000 + i,
            Bytes = 10_000_000 + i,
            Status = nameof(TransferStatus.Completed),
            Started = DateTimeOffset.UtcNow.AddMinutes(-i - 10),
            Ended = DateTimeOffset.UtcNow.AddMinutes(-i - 9),
        })]);
    }

    private async Task<Dictionary<string, RemoteFile>> ShareAsync(PeerNode server, PeerNode client, CancellationToken cancellationToken)
    {
        string share = _folder.CreateSubdirectory("share").FullName;
        foreach (Case one in s_cases)
        {
            await using FileStream file = new(Path.Combine(share, one.File), FileMode.CreateNew);
            byte[] block = RandomNumberGenerator.GetBytes(1 << 20);
            for (long i = 0; i < one.Length; i += block.Length)
            {
                BitConverter.TryWriteBytes(block, i);
                await file.WriteAsync(block, cancellationToken);
            }
        }

        await server.StartServerAsync(new ServerOptions { Paths = [share], Port = 0, ListenAddresses = [IPAddress.Loopback] }, cancellationToken);
        TicketInfo ticket = await server.NewTicketAsync(new TicketOptions { Allow = PeerRights.Browse | PeerRights.Read }, cancellationToken);
        await client.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket, Name = "server" }, cancellationToken);
        Dictionary<string, RemoteFile> files = [];
        await foreach (SearchResult result in client.FindFilesAsync(new FindOptions(), cancellationToken))
        {
            RemoteFile file = result.File ?? throw result.Failure!;
            files[file.Name] = file;
        }

        return files;
    }

    private static async Task LimitAsync(PeerNode server, long? rate, CancellationToken cancellationToken) =>
        await server.SetPeerAsync(server.GetPeers()[0].NodeId, new PeerChange { RateLimit = rate ?? 0 }, cancellationToken);

    private async Task<Sample> FetchAsync(HttpClient http, RemoteFile file, IWatchedPage page, CancellationToken cancellationToken)
    {
        string folder = Guid.NewGuid().ToString("N");
        object order = new
        {
            files = new[] { new { name = file.Name, sharePath = file.SharePath, length = file.Length, modified = file.LastWriteTime.ToUnixTimeMilliseconds(), hash = file.Hash?.ToString(), peer = file.Peer, nodeId = file.NodeId.ToString() } },
            root = (await http.GetStringAsync(new Uri("/api/folders", UriKind.Relative), cancellationToken)) is { } roots
                ? JsonDocument.Parse(roots).RootElement.GetProperty("roots")[0].GetProperty("id").GetString() : null,
            path = folder,
            flatten = true,
        };
        TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // A file has its name once it is whole and verified.
        using FileSystemWatcher watcher = new(Directory.CreateDirectory(Path.Combine(In, folder)).FullName, file.Name);
        watcher.Renamed += (_, _) => arrived.TrySetResult();
        watcher.Created += (_, _) => arrived.TrySetResult();
        watcher.EnableRaisingEvents = true;
        IReadOnlyDictionary<string, double> before = page.Seconds();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await SignedIn.PostAsync(http, "fetch", order, cancellationToken);
        await arrived.Task.WaitAsync(cancellationToken);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        Dictionary<string, double> kinds = page.Seconds().ToDictionary(k => k.Key, k => k.Value - before.GetValueOrDefault(k.Key));
        File.Delete(Path.Combine(In, folder, file.Name));
        return new Sample(wall, cpu.TotalSeconds, kinds);
    }

    private sealed record Case(string Name, string File, long Length, long? RateLimit, TimeSpan Time);

    private sealed record Sample(double Wall, double Cpu, Dictionary<string, double> Kinds)
    {
        public double Page => Kinds.Values.Sum();
    }
}
