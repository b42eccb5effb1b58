using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using PSPeerShare.Core;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Benchmarks.ManySources;

/// <summary>
/// P4: one file from four nodes of which each sends 100 Mbit/s, against the same file from one of them. All nodes run
/// in this process over loopback; the limit keeps them far below what the machine could do.
/// </summary>
internal sealed class ManySourcesRun : IAsyncDisposable
{
    private const int Sources = 4;
    private const long BytesPerSecond = 12_500_000;
    private const int FileBytes = 100_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pspeershare-bench-");
    private readonly List<PeerNode> _nodes = [];
    private PeerNode? _client;
    private RemoteFile? _file;

    /// <summary>Starts the sources and finds the file.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        byte[] content = RandomNumberGenerator.GetBytes(FileBytes);
        ContentHash hash = Blake3Hasher.Hash(content);
        PeerNode client = Open("client");
        for (int i = 0; i < Sources; i++)
        {
            await ServeAsync(client, $"source{i}", content, cancellationToken);
        }

        _client = client;
        _file = await FindAsync(client, "source0", hash, cancellationToken);
    }

    /// <summary>Fetches it from one source and then from all.</summary>
    public async Task<(TimeSpan One, TimeSpan Four)> RoundAsync(int round, CancellationToken cancellationToken)
    {
        (TimeSpan one, _) = await FetchAsync($"one{round}", most: 1, cancellationToken);
        (TimeSpan four, TransferInfo result) = await FetchAsync($"four{round}", most: Sources, cancellationToken);
        string shares = string.Join(", ", result.Sources.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Bytes / 1e6:0.0} MB")));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round}: one {one.TotalSeconds:0.00} s, {result.Sources.Count} sources {four.TotalSeconds:0.00} s ({shares}), {one / four:0.00} x"));
        return (one, four);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PeerNode node in _nodes)
        {
            await node.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private PeerNode Open(string name)
    {
        string home = Path.Combine(_folder.FullName, name);
        OwnerOnly.EnsureFolder(home, PeerError.HomeUnusable);
        PeerNode node = PeerNode.Open(home, DiscoveryScope.Off);
        _nodes.Add(node);
        return node;
    }

    private async Task ServeAsync(PeerNode client, string name, byte[] content, CancellationToken cancellationToken)
    {
        PeerNode node = Open(name);
        string share = _folder.CreateSubdirectory($"{name}-share").FullName;
        await File.WriteAllBytesAsync(Path.Combine(share, $"{name}.bin"), content, cancellationToken);
        ServerOptions options = new() { Paths = [share], Name = name, Port = 0, ListenAddresses = [IPAddress.Loopback], RateLimit = BytesPerSecond };
        await node.StartServerAsync(options, cancellationToken);
        TicketInfo ticket = await node.NewTicketAsync(new TicketOptions { Allow = PeerRights.Browse | PeerRights.Read }, cancellationToken);
        await client.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket, Name = name }, cancellationToken);
    }

    private static async Task<RemoteFile> FindAsync(PeerNode client, string peer, ContentHash hash, CancellationToken cancellationToken)
    {
        FindOptions options = new() { Peers = [client.ResolvePeer(peer)] };
        await foreach (SearchResult result in client.FindFilesAsync(options, cancellationToken))
        {
            return (result.File ?? throw result.Failure!) with { Hash = hash };
        }

        throw new InvalidOperationException("the source does not have its file");
    }

    private async Task<(TimeSpan Duration, TransferInfo Result)> FetchAsync(string folder, int most, CancellationToken cancellationToken)
    {
        string destination = Path.Combine(_folder.FullName, folder);
        long start = Stopwatch.GetTimestamp();
        await using TransferJob<RemoteFile> job = _client!.BeginFetch(new FetchOptions { Destination = destination, MaxSources = most });
        job.Add(_file!);
        job.Complete();
        TransferInfo result = await job.Results.ReadAsync(cancellationToken);
        TimeSpan duration = Stopwatch.GetElapsedTime(start);
        foreach (string copy in Directory.GetFiles(destination))
        {
            File.Delete(copy);
        }

        return result.Error is null ? (duration, result) : throw result.Error;
    }
}
