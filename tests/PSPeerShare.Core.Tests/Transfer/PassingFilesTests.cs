using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>The node tells what peers are fetching from it and pushing to it, in its own process and in others.</summary>
public sealed class PassingFilesTests
{
    private const int LargeBytes = 24 << 20;
    private const long Slowly = 1 << 20;

    [Fact]
    public async Task A_large_file_is_seen_while_a_peer_fetches_it_and_not_after()
    {
        await using TestNode server = new();
        await using TestNode client = new();
        server.Write("share/large.bin", new byte[LargeBytes]);
        server.Write("share/small.bin", new byte[1000]);
        await server.StartAsync(new ServerOptions { Paths = [server["share"]], RateLimit = Slowly });
        await server.BefriendAsync(client);
        PeerNode elsewhere = server.OpenAgain();

        PassingFile seen, told;
        await using (TransferJob<RemoteFile> job = client.Node.BeginFetch(new FetchOptions { Destination = client["out"] }))
        {
            (await client.FindAsync()).ForEach(file => job.Add(file));
            seen = await SeenAsync(server.Node, f => f.Bytes > 0);
            told = await SeenAsync(elsewhere, f => f.Bytes > 0);
        }

        Assert.Equal(("large.bin", false, LargeBytes), (seen.Name, seen.IsArriving, seen.Length));
        Assert.Equal(client.Node.GetIdentity().NodeId, seen.NodeId);
        Assert.InRange(seen.Bytes, 1, LargeBytes);
        Assert.Equal((seen.Id, seen.Name, seen.NodeId, seen.Length, seen.IsArriving), (told.Id, told.Name, told.NodeId, told.Length, told.IsArriving));
        await GoneAsync(server.Node);
    }

    [Fact]
    public async Task A_large_file_is_seen_while_a_peer_pushes_it_and_not_after()
    {
        await using TestNode server = new();
        await using TestNode client = new();
        await server.StartAsync(server.Folder("inbox"), []);
        await server.BefriendAsync(client, PeerRights.Browse | PeerRights.Write);
        string path = client.Write("large.bin", new byte[LargeBytes]);

        PassingFile seen;
        PushOptions options = new() { Peers = [client.Node.ResolvePeer("server")], RateLimit = Slowly };
        await using (TransferJob<LocalFile> job = client.Node.BeginPush(options))
        {
            job.Add(new LocalFile(path, "large.bin", LargeBytes));
            seen = await SeenAsync(server.Node, f => f.Bytes > 0);
        }

        Assert.Equal(("large.bin", true, LargeBytes), (seen.Name, seen.IsArriving, seen.Length));
        await GoneAsync(server.Node);
    }

    private static async Task<PassingFile> SeenAsync(PeerNode node, Func<PassingFile, bool> condition)
    {
        using CancellationTokenSource patience = new(Waiting.Patience);
        while (true)
        {
            ServerInfo server = (await node.GetServerAsync(patience.Token))!;
            if (server.Passing.FirstOrDefault(condition) is { } seen)
            {
                Assert.Single(server.Passing);
                return seen;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task GoneAsync(PeerNode node)
    {
        using CancellationTokenSource patience = new(Waiting.Patience);
        while ((await node.GetServerAsync(patience.Token))!.Passing.Count > 0)
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
