using System.Text.Json;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.Files;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>What the page is told of shares, peers, orders and transfers that others began.</summary>
public sealed class DashboardFiguresTests
{
    [Fact]
    public async Task A_share_says_how_far_hashing_is()
    {
        StagedNode node = new();
        node.Shares.Add(new ShareInfo("iso", "/srv/iso", null, [], true, false, null) { Entries = 40, Unhashed = 12 });
        node.Shares.Add(new ShareInfo("new", "/srv/new", null, [], true, false, null));
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement[] shares = [.. (await GetAsync(visitor, "api/shares")).GetProperty("shares").EnumerateArray()];

        Assert.Equal((40, 12), (shares[0].GetProperty("entries").GetInt64(), shares[0].GetProperty("unhashed").GetInt64()));
        Assert.Equal(JsonValueKind.Null, shares[1].GetProperty("entries").ValueKind);
    }

    [Theory]
    [InlineData(PeerPath.Known, "known")]
    [InlineData(PeerPath.LocalNetwork, "localNetwork")]
    [InlineData(PeerPath.Relay, "relay")]
    public async Task A_test_of_a_peer_says_by_which_path_it_was_reached(PeerPath path, string told)
    {
        StagedNode node = new() { Path = path };
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement probe = await Visitor.JsonAsync(await visitor.SendAsync(HttpMethod.Post, $"api/peers/{StagedNode.Other}/test"));

        Assert.Equal(told, probe.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Room_for_uploads_is_that_of_the_disk_they_go_to()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        string uploads = Path.Combine(visitor.Home, "uploads");
        OwnerOnly.EnsureFolder(uploads, PeerError.HomeUnusable);
        bool isSmall = RawNames.TryMount(uploads, "size=2m,mode=0700");
        try
        {
            JsonElement free = (await GetAsync(visitor, "api/uploads")).GetProperty("free");

            // A user who may not mount has the disk of the home.
            Assert.InRange(free.GetInt64(), 0, isSmall ? 2 << 20 : new DriveInfo(visitor.Home).TotalSize);
            Assert.StartsWith("HTTP/1.1 507", await AnnounceAsync(visitor, isSmall ? 3 << 20 : 1L << 60), StringComparison.Ordinal);
            Assert.Equal(201, (int)(await visitor.SendAsync(HttpMethod.Post, "api/uploads?name=b", new ByteArrayContent(new byte[1000]))).StatusCode);
        }
        finally
        {
            await visitor.CloseAsync();
            if (isSmall)
            {
                RawNames.Unmount(uploads);
            }
        }
    }

    [Fact]
    public async Task An_order_says_of_each_receiver_whether_it_takes_the_files_and_how_far_it_is()
    {
        StagedNode node = new()
        {
            Active = [new ActiveTransfer("1", "a.iso", "nas01", 100, 40)],
            Ended = [Ended("gone", TransferStatus.Failed, new PeerShareException(PeerError.PushRefused, "gone"))],
        };
        node.Peers.Add(node.Peers[0] with { Name = "gone", NodeId = StagedNode.Self });
        node.Peers.Add(node.Peers[0] with { Name = "slow", NodeId = StagedNode.Third });
        await using Visitor visitor = await Visitor.SignedInAsync(node);
        await File.WriteAllTextAsync(Path.Combine(visitor.Root, "a.iso"), "x");

        JsonElement order = await Visitor.JsonAsync(await visitor.PostAsync("api/send", new
        {
            peers = node.Peers.Select(p => p.NodeId.ToString()),
            files = new[] { new { root = visitor.RootId, path = "a.iso" } },
        }));
        Dictionary<string, JsonElement> receivers = [];
        await WaitAsync(visitor, all => all.GetProperty("jobs").EnumerateArray().Any(job => job.GetProperty("id").GetString() == order.GetProperty("job").GetString()
            && (receivers = job.GetProperty("receivers").EnumerateArray().ToDictionary(r => r.GetProperty("peer").GetString()!))["gone"].GetProperty("filesFailed").GetInt64() == 1));

        Assert.True(receivers["nas01"].GetProperty("isAccepted").GetBoolean());
        Assert.Equal(40, receivers["nas01"].GetProperty("bytes").GetInt64());
        Assert.Equal("PushRefused", receivers["gone"].GetProperty("fault").GetProperty("error").GetString());
        Assert.False(receivers["gone"].GetProperty("isAccepted").GetBoolean());
        Assert.False(receivers["slow"].GetProperty("isAccepted").GetBoolean());
    }

    [Fact]
    public async Task An_order_that_ended_is_told_until_what_ended_is_cleared()
    {
        StagedNode node = new() { Ended = [Ended("nas01", TransferStatus.Completed)] };
        await using Visitor visitor = await Visitor.SignedInAsync(node);
        await File.WriteAllTextAsync(Path.Combine(visitor.Root, "a.iso"), "x");

        await visitor.PostAsync("api/send", new { peers = new[] { StagedNode.Other.ToString() }, files = new[] { new { root = visitor.RootId, path = "a.iso" } } });
        JsonElement ended = default;
        await WaitAsync(visitor, all => all.GetProperty("jobs").EnumerateArray().Any(job => (ended = job).GetProperty("isEnded").GetBoolean()));
        Assert.Equal(1, ended.GetProperty("receivers")[0].GetProperty("filesDone").GetInt64());

        await visitor.SendAsync(HttpMethod.Delete, "api/transfers");
        Assert.Empty((await GetAsync(visitor, "api/transfers")).GetProperty("jobs").EnumerateArray());
    }

    [Fact]
    public async Task What_peers_fetch_and_push_is_shown_and_cannot_be_steered()
    {
        StagedNode node = new();
        node.Server = node.Server! with
        {
            Passing =
            [
                new PassingFile("out", false, "debian.iso", StagedNode.Other, 1000, 250, DateTimeOffset.UtcNow),
                new PassingFile("in", true, "photos.zip", StagedNode.Third, 1000, 500, DateTimeOffset.UtcNow),
            ],
        };
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement[] running = [.. (await GetAsync(visitor, "api/transfers")).GetProperty("running").EnumerateArray()];

        Assert.Equal(
            [("debian.iso", "send", "nas01", 250L), ("photos.zip", "receive", StagedNode.Third.ShortId, 500L)],
            running.Select(r => (
                r.GetProperty("name").GetString()!, r.GetProperty("direction").GetString()!, r.GetProperty("peer").GetString()!, r.GetProperty("bytes").GetInt64())));
        Assert.All(running, r => Assert.True(r.GetProperty("isTheirs").GetBoolean() && r.GetProperty("offers").GetArrayLength() == 0));
    }

    [Fact]
    public async Task A_running_transfer_names_its_sources()
    {
        StagedNode node = new() { Active = [new ActiveTransfer("1", "a.iso", "nas01", 100, 40)] };
        node.Listed.Add(Ended("nas01", TransferStatus.Running) with
        {
            Id = "1", Sources = [new TransferSource("nas01", StagedNode.Other, 30), new TransferSource("studio", StagedNode.Third, 10)],
        });
        await using Visitor visitor = await Visitor.SignedInAsync(node);
        await visitor.PostAsync("api/fetch", new { files = new[] { FileOf("a.iso") }, root = visitor.RootId });

        JsonElement row = (await GetAsync(visitor, "api/transfers")).GetProperty("running")[0];

        Assert.Equal(["nas01", "studio"], row.GetProperty("sources").EnumerateArray().Select(s => s.GetProperty("peer").GetString()!));
    }

    // Only the head of an upload.
    private static async Task<string> AnnounceAsync(Visitor visitor, long length)
    {
        using System.Net.Sockets.TcpClient client = new();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, visitor.Port).Within();
        string head = $"POST /api/uploads?name=large HTTP/1.1\r\nHost: 127.0.0.1:{visitor.Port}\r\nOrigin: {visitor.Origin}\r\n"
            + $"Authorization: {visitor.Authorization}\r\nContent-Length: {length}\r\n\r\n";
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(head)).AsTask().Within();
        byte[] answer = new byte[4096];
        int count = await client.GetStream().ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false).AsTask().Within();
        return System.Text.Encoding.ASCII.GetString(answer, 0, count);
    }

    private static object FileOf(string name) =>
        new { name, sharePath = $"s/{name}", length = 100, modified = 0, hash = (string?)null, peer = "nas01", nodeId = StagedNode.Other.ToString() };

    private static TransferInfo Ended(string peer, TransferStatus status, PeerShareException? error = null) => new(
        Guid.NewGuid().ToString("N"), TransferDirection.Send, "a.iso", "/srv/a.iso", "a.iso", peer, StagedNode.Other, 100, 100, 0, null, status,
        DateTimeOffset.UtcNow, TimeSpan.FromSeconds(1), [], error);

    private static async Task<JsonElement> GetAsync(Visitor visitor, string path) => await Visitor.JsonAsync(await visitor.SendAsync(HttpMethod.Get, path));

    private static async Task WaitAsync(Visitor visitor, Func<JsonElement, bool> condition)
    {
        using CancellationTokenSource patience = new(Waiting.Patience);
        while (!condition(await GetAsync(visitor, "api/transfers")))
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
