using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using PSPeerShare.Core;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>
/// What an open dashboard costs a transfer: the same file is fetched without one, with a page that is read by a
/// client, and with a page in a browser if there is one, in turn. Both nodes run in this process over loopback; the
/// fetching one has a full history. A browser's own drawing takes from the same processors.
/// </summary>
internal sealed class DashboardRun : IAsyncDisposable
{
    private const int FileBytes = 512 << 20;
    private const int Rounds = 7;
    private const int HistoryEntries = 10_000;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pspeershare-bench-");
    private readonly List<PeerNode> _nodes = [];

    public async Task RunAsync()
    {
        using CancellationTokenSource bound = new(s_longest);
        PeerNode server = Open("server");
        FillHistory("client");
        PeerNode client = Open("client");
        RemoteFile file = await ShareAsync(server, client, bound.Token);
        string[] ways = DebuggedBrowser.Path is null ? ["none", "read"] : ["none", "read", "browser"];
        Dictionary<string, List<(double Rate, double Cpu)>> seen = ways.ToDictionary(w => w, _ => new List<(double, double)>());
        await FetchAsync(client, file);
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < ways.Length; i++)
            {
                string way = ways[(round + i) % ways.Length];
                await using IAsyncDisposable? page = await OpenPageAsync(client, way, bound.Token);

                // A browser is busy with itself for a while after it has started.
                await Task.Delay(s_settling, bound.Token);
                seen[way].Add(await FetchAsync(client, file));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}, {way}: {seen[way][^1].Rate:0} MiB/s, {seen[way][^1].Cpu:0.00} s of CPU"));
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{FileBytes >> 20} MiB, {Rounds} rounds, {HistoryEntries} entries of history"));
        foreach (string way in ways)
        {
            double rate = Median(seen[way].Select(s => s.Rate)), cpu = Median(seen[way].Select(s => s.Cpu));
            double ratio = Median(seen[way].Zip(seen["none"], (with, without) => with.Rate / without.Rate));
            double more = Median(seen[way].Zip(seen["none"], (with, without) => with.Cpu / without.Cpu));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{way,-8} {rate,6:0} MiB/s ({seen[way].Min(s => s.Rate):0} to {seen[way].Max(s => s.Rate):0}), {cpu:0.00} s of CPU here; against none: {ratio:0.000} of the rate, {more:0.000} of the CPU (medians of rounds)"));
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

    private async Task<RemoteFile> ShareAsync(PeerNode server, PeerNode client, CancellationToken cancellationToken)
    {
        string share = _folder.CreateSubdirectory("share").FullName;
        await using (FileStream file = new(Path.Combine(share, "large.bin"), FileMode.CreateNew))
        {
            byte[] block = RandomNumberGenerator.GetBytes(1 << 20);
            for (int i = 0; i < FileBytes; i += block.Length)
            {
                BitConverter.TryWriteBytes(block, i);
                await file.WriteAsync(block, cancellationToken);
            }
        }

        await server.StartServerAsync(new ServerOptions { Paths = [share], Port = 0, ListenAddresses = [IPAddress.Loopback] }, cancellationToken);
        TicketInfo ticket = await server.NewTicketAsync(new TicketOptions { Allow = PeerRights.Browse | PeerRights.Read }, cancellationToken);
        await client.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket, Name = "server" }, cancellationToken);
        await foreach (SearchResult result in client.FindFilesAsync(new FindOptions(), cancellationToken))
        {
            return result.File ?? throw result.Failure!;
        }

        throw new InvalidOperationException("the server does not have its file");
    }

    private static async Task<IAsyncDisposable?> OpenPageAsync(PeerNode client, string way, CancellationToken cancellationToken)
    {
        if (way == "none")
        {
            return null;
        }

        DashboardInfo dashboard = await client.OpenDashboardAsync(new DashboardOptions { Roots = [client.Home] }, cancellationToken);
        return way == "read" ? await ReadPage.OpenAsync(dashboard, cancellationToken) : await DebuggedBrowser.OpenAsync(dashboard.Url, cancellationToken);
    }

    private async Task<(double Rate, double Cpu)> FetchAsync(PeerNode client, RemoteFile file)
    {
        string destination = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        using Process self = Process.GetCurrentProcess();
        TimeSpan cpu = self.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await using (TransferJob<RemoteFile> job = client.BeginFetch(new FetchOptions { Destination = destination }))
        {
            job.Add(file);
            job.Complete();
            TransferInfo result = await job.Results.ReadAsync();
            if (result.Error is not null)
            {
                throw result.Error;
            }
        }

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        self.Refresh();
        cpu = self.TotalProcessorTime - cpu;
        Directory.Delete(destination, recursive: true);
        return ((FileBytes >> 20) / time.TotalSeconds, cpu.TotalSeconds);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
