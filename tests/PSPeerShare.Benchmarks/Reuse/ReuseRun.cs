using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using PSPeerShare.Benchmarks.SideBySide;
using PSPeerShare.Core;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Benchmarks.Reuse;

/// <summary>A new version of a large file over the old one: in one group of a hundred a few bytes are other ones.</summary>
internal sealed class ReuseRun : IAsyncDisposable
{
    private const int FileBytes = 1 << 30;
    private const int OneOf = 100;
    private const int Rounds = 3;

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(SideBySideOptions.Scratch, $"pspeershare-reuse-{Guid.NewGuid():N}")).FullName;
    private readonly List<PeerNode> _nodes = [];

    public async Task RunAsync()
    {
        byte[] content = RandomNumberGenerator.GetBytes(FileBytes);
        string local = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "in")).FullName, "large.bin");
        string shared = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "share")).FullName, "large.bin");
        PeerNode client = Open("client");
        PeerNode server = Open("server");
        await File.WriteAllBytesAsync(shared, content);
        await server.StartServerAsync(
            new ServerOptions { Paths = [Path.GetDirectoryName(shared)!], Name = "server", Port = 0, ListenAddresses = [IPAddress.Loopback] },
            CancellationToken.None);
        TicketInfo ticket = await server.NewTicketAsync(new TicketOptions { Allow = PeerRights.Browse | PeerRights.Read }, CancellationToken.None);
        await client.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket, Name = "server" }, CancellationToken.None);

        GroupLayout layout = new(FileBytes);
        for (int round = 1; round <= Rounds; round++)
        {
            await File.WriteAllBytesAsync(local, content);
            int changed = Change(content, layout);
            await File.WriteAllBytesAsync(shared, content);
            long start = Stopwatch.GetTimestamp();
            TransferInfo result = await FetchAsync(client, await FindAsync(client), Path.GetDirectoryName(local)!);
            TimeSpan duration = Stopwatch.GetElapsedTime(start);
            byte[] arrived = await File.ReadAllBytesAsync(local);
            bool isSame = Blake3Hasher.Hash(content) == result.Hash && content.AsSpan().SequenceEqual(arrived);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {changed} of {layout.Count} groups changed, {result.BytesTransferred / 1e6:f1} MB transferred ({100.0 * result.BytesTransferred / FileBytes:f2} %, target 3 %), {duration.TotalSeconds:f2} s, {(isSame ? "equal" : "NOT EQUAL")}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PeerNode node in _nodes)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static int Change(byte[] content, GroupLayout layout)
    {
        long[] groups = [.. Enumerable.Range(0, (int)layout.Count).Select(i => (long)i)];
        Random.Shared.Shuffle(groups);
        int count = (int)Math.Ceiling((double)layout.Count / OneOf);
        foreach (long group in groups.Take(count))
        {
            content[layout.OffsetOf(group) + Random.Shared.Next(layout.LengthOf(group))] ^= 1;
        }

        return count;
    }

    private static async Task<RemoteFile> FindAsync(PeerNode client)
    {
        await foreach (SearchResult result in client.FindFilesAsync(new FindOptions(), CancellationToken.None))
        {
            return result.File ?? throw result.Failure!;
        }

        throw new InvalidOperationException("the file is not found");
    }

    private static async Task<TransferInfo> FetchAsync(PeerNode client, RemoteFile file, string destination)
    {
        await using TransferJob<RemoteFile> job = client.BeginFetch(new FetchOptions { Destination = destination, Force = true });
        job.Add(file);
        job.Complete();
        TransferInfo result = await job.Results.ReadAsync();
        return result.Error is null ? result : throw result.Error;
    }

    private PeerNode Open(string name)
    {
        string home = Path.Combine(_folder, name);
        OwnerOnly.EnsureFolder(home, PeerError.HomeUnusable);
        PeerNode node = PeerNode.Open(home);
        _nodes.Add(node);
        return node;
    }
}
