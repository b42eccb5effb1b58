using System.Net;
using System.Text;
using System.Text.Json;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Dashboard;

public sealed class DashboardApiTests
{
    [Fact]
    public async Task Two_hundred_hostile_names_come_out_as_json_text()
    {
        StagedNode node = new();
        node.Files.AddRange(HostileNames.All.Select(n => StagedNode.File(n)));
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        HttpResponseMessage answer = await visitor.SendAsync(HttpMethod.Get, "api/search");
        string raw = await answer.Content.ReadAsStringAsync();

        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HostileNames.All, Lines(raw).Where(l => l.TryGetProperty("file", out _)).Select(l => l.GetProperty("file").GetProperty("name").GetString()!));
        Assert.DoesNotContain('<', raw);
        Assert.DoesNotContain('&', raw);
        Assert.DoesNotContain('\u202E', raw);
    }

    [Fact]
    public async Task A_search_ends_with_its_count_and_is_cut_at_a_limit()
    {
        StagedNode node = new();
        node.Files.AddRange(Enumerable.Range(0, DashboardLimits.SearchResults + 10).Select(i => StagedNode.File($"file-{i}")));
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement last = Lines(await (await visitor.SendAsync(HttpMethod.Get, "api/search")).Content.ReadAsStringAsync())[^1];

        Assert.True(last.GetProperty("done").GetBoolean());
        Assert.True(last.GetProperty("isCut").GetBoolean());
        Assert.Equal(DashboardLimits.SearchResults, last.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_search_ends_when_its_page_goes()
    {
        StagedNode node = new() { Silence = new TaskCompletionSource().Task };
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        using (System.Net.Sockets.TcpClient page = new())
        {
            await page.ConnectAsync(IPAddress.Loopback, visitor.Port).Within();
            string request = $"GET /api/search HTTP/1.1\r\nHost: 127.0.0.1:{visitor.Port}\r\nAuthorization: {visitor.Authorization}\r\n\r\n";
            await page.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request)).AsTask().Within();
            byte[] begin = new byte[4096];
            int count = await page.GetStream().ReadAtLeastAsync(begin, 12).AsTask().Within();
            Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(begin, 0, count), StringComparison.Ordinal);
        }

        await node.SearchEnded.Task.Within();
    }

    [Fact]
    public async Task Nodes_nearby_are_shown_until_they_are_trusted()
    {
        StagedNode node = new();
        node.Near.Add(new FoundPeer(new SeenPeer(StagedNode.Self, "stranger", ["192.0.2.9:22021"], 1, true, DateTimeOffset.UnixEpoch), null));
        node.Near.Add(new FoundPeer(new SeenPeer(StagedNode.Other, "known", [], 1, false, DateTimeOffset.UnixEpoch), node.Peers[0]));
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement near = (await Visitor.JsonAsync(await visitor.SendAsync(HttpMethod.Get, "api/near"))).GetProperty("near");

        Assert.Equal("stranger", Assert.Single(near.EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("minimum=-1")]
    [InlineData("minimum=x")]
    [InlineData("after=99999999999999999")]
    [InlineData("hash=12")]
    [InlineData("peers=nobody")]
    [InlineData("name=a&name=b")]
    public async Task A_search_that_makes_no_sense_says_so(string query)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.SendAsync(HttpMethod.Get, "api/search?" + query)).StatusCode);
    }

    [Fact]
    public async Task The_picker_shows_what_is_below_its_folders_and_follows_no_link()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        Directory.CreateDirectory(Path.Combine(visitor.Root, "sub"));
        await File.WriteAllTextAsync(Path.Combine(visitor.Root, "sub", "a.txt"), "abc");
        File.CreateSymbolicLink(Path.Combine(visitor.Root, "out"), "/etc");
        File.CreateSymbolicLink(Path.Combine(visitor.Root, "passwd"), "/etc/passwd");

        JsonElement top = await Visitor.JsonAsync(await visitor.SendAsync(HttpMethod.Get, $"api/folders/{visitor.RootId}"));
        JsonElement below = await Visitor.JsonAsync(await visitor.SendAsync(HttpMethod.Get, $"api/folders/{visitor.RootId}?path=sub"));

        Assert.Equal("sub", Assert.Single(top.GetProperty("entries").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(2, top.GetProperty("skipped").GetInt32());
        Assert.Equal(3, Assert.Single(below.GetProperty("entries").EnumerateArray()).GetProperty("length").GetInt64());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../home")]
    [InlineData("sub/../..")]
    [InlineData("/etc")]
    [InlineData("out")]
    [InlineData("out/ssh")]
    [InlineData("sub/\u0000")]
    [InlineData(".")]
    public async Task Nothing_outside_the_pickers_folders_can_be_named(string path)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        Directory.CreateDirectory(Path.Combine(visitor.Root, "sub"));
        File.CreateSymbolicLink(Path.Combine(visitor.Root, "out"), "/etc");
        string root = visitor.RootId;
        FileView file = FileView.Of(StagedNode.File("a"));

        HttpResponseMessage[] answers =
        [
            await visitor.SendAsync(HttpMethod.Get, $"api/folders/{root}?path={Uri.EscapeDataString(path)}"),
            await visitor.PostAsync("api/fetch", new { files = new[] { file }, root, path }),
            await visitor.PostAsync("api/send", new { peers = new[] { StagedNode.Other.ToString() }, files = new[] { new { root, path } } }),
            await visitor.PostAsync("api/shares", new { root, path }),
        ];

        Assert.All(answers, a => Assert.InRange((int)a.StatusCode, 400, 499));
        Assert.Equal(0, visitor.Node.Changes);
    }

    [Fact]
    public async Task A_folder_that_is_not_offered_cannot_be_used()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        await Visitor.AssertRefusedAsync(HttpStatusCode.NotFound, "FolderNotOffered", await visitor.SendAsync(HttpMethod.Get, "api/folders/0123456789abcdef"));
        await Visitor.AssertRefusedAsync(
            HttpStatusCode.NotFound, "FolderNotOffered", await visitor.PostAsync("api/fetch", new { files = new[] { FileView.Of(StagedNode.File("a")) }, root = "/etc" }));
    }

    [Fact]
    public async Task Files_are_fetched_to_the_chosen_folder_and_a_missing_one_is_made()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        HttpResponseMessage answer = await visitor.PostAsync(
            "api/fetch", new { files = new[] { FileView.Of(StagedNode.File("a")) }, root = visitor.RootId, path = "new/folder", existing = "rename" });

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(Path.Combine(visitor.Root, "new", "folder"), visitor.Node.Fetched!.Destination);
        Assert.True(visitor.Node.Fetched.NewName);
        Assert.False(visitor.Node.Fetched.Force);
        Assert.True(Directory.Exists(visitor.Node.Fetched.Destination));
    }

    [Fact]
    public async Task An_upload_is_kept_in_private_until_it_is_sent_or_discarded()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        byte[] content = [.. Enumerable.Range(0, 700_000).Select(i => (byte)i)];

        HttpResponseMessage answer = await visitor.SendAsync(HttpMethod.Post, "api/uploads?name=folder%2Fnäme.bin", new ByteArrayContent(content));
        string id = (await Visitor.JsonAsync(answer)).GetProperty("id").GetString()!;
        string staged = Assert.Single(Directory.GetFiles(Path.Combine(visitor.Home, "uploads"), "näme.bin", SearchOption.AllDirectories));

        Assert.Equal(content, await File.ReadAllBytesAsync(staged));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly.FolderMode, File.GetUnixFileMode(Path.Combine(visitor.Home, "uploads")));
        }

        Assert.True((await visitor.SendAsync(HttpMethod.Delete, $"api/uploads/{id}")).IsSuccessStatusCode);
        Assert.False(File.Exists(staged));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../evil")]
    [InlineData("/etc/cron.d/evil")]
    [InlineData("a/../b")]
    [InlineData("a\nb")]
    public async Task An_upload_cannot_choose_where_it_lands(string name)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        HttpResponseMessage answer = await visitor.SendAsync(HttpMethod.Post, $"api/uploads?name={Uri.EscapeDataString(name)}", new ByteArrayContent([1]));

        await Visitor.AssertRefusedAsync(HttpStatusCode.BadRequest, "NameRefused", answer);
    }

    [Fact]
    public async Task An_upload_that_is_larger_than_the_disk_says_so_before_it_is_taken()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        using System.Net.Sockets.TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, visitor.Port).Within();
        string head = $"POST /api/uploads?name=huge HTTP/1.1\r\nHost: 127.0.0.1:{visitor.Port}\r\nOrigin: {visitor.Origin}\r\n"
            + $"Authorization: {visitor.Authorization}\r\nContent-Length: {1L << 60}\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head)).AsTask().Within();
        byte[] answer = new byte[4096];

        int count = await client.GetStream().ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false).AsTask().Within();

        Assert.StartsWith("HTTP/1.1 507", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uploads_are_gone_with_the_dashboard()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        await visitor.SendAsync(HttpMethod.Post, "api/uploads?name=a", new ByteArrayContent([1]));
        string uploads = Path.Combine(visitor.Home, "uploads");
        Assert.NotEmpty(Directory.GetFileSystemEntries(uploads));

        await visitor.CloseAsync();

        Assert.Empty(Directory.GetFileSystemEntries(uploads));
    }

    [Fact]
    public async Task Events_tell_everything_once_and_then_what_changes()
    {
        StagedNode node = new() { Active = [new ActiveTransfer("id1", "a.iso", "nas01", 100, 10)] };
        await using Visitor visitor = await Visitor.SignedInAsync(node);
        await visitor.PostAsync("api/fetch", new { files = new[] { FileView.Of(StagedNode.File("a.iso")) }, root = visitor.RootId });
        using StreamReader events = new(await (await visitor.SendAsync(HttpMethod.Get, "api/events")).Content.ReadAsStreamAsync());

        JsonElement first = await UntilAsync(events, "transfers");
        Assert.Equal("a.iso", first.GetProperty("rows")[0].GetProperty("name").GetString());

        node.Active = [new ActiveTransfer("id1", "a.iso", "nas01", 100, 60)];
        JsonElement later;
        do
        {
            later = await UntilAsync(events, "transfers");
            Assert.Empty(later.GetProperty("rows").EnumerateArray());
        }
        while (later.GetProperty("progress")[0][1].GetInt64() != 60);
    }

    [Fact]
    public async Task Transfers_of_other_sessions_are_shown_and_can_rest_go_on_and_stop()
    {
        StagedNode node = new();
        node.Listed.Add(Listed("moving", TransferStatus.Running));
        node.Listed.Add(Listed("resting", TransferStatus.Suspended));
        node.Listed.Add(Listed("cut", TransferStatus.Interrupted) with { CanResume = true });
        node.Listed.Add(Listed("done", TransferStatus.Completed));
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement all = await Visitor.JsonAsync(await visitor.SendAsync(HttpMethod.Get, "api/transfers"));
        foreach (string wish in (string[])["suspend", "resume", "stop"])
        {
            Assert.True((await visitor.SendAsync(HttpMethod.Post, $"api/transfers/moving/{wish}")).IsSuccessStatusCode);
        }

        Assert.Equal(["moving: suspend stop", "resting: resume stop"], Offers(all.GetProperty("running")));
        Assert.Equal(["cut: resume", "done: "], Offers(all.GetProperty("ended")));
        Assert.Equal(["suspend moving", "resume moving", "stop moving"], node.Wishes);

        static TransferInfo Listed(string id, TransferStatus status) => new(
            id, TransferDirection.Receive, id, $"/in/{id}", $"share/{id}", "nas01", StagedNode.Other, 100, 50, 0, null, status,
            DateTimeOffset.UtcNow, TimeSpan.FromSeconds(1), [], null);

        static IEnumerable<string> Offers(JsonElement transfers) => transfers.EnumerateArray().Select(t =>
            $"{t.GetProperty("id").GetString()}: {string.Join(' ', t.GetProperty("offers").EnumerateArray().Select(o => o.GetString()))}");
    }

    [Fact]
    public async Task The_page_is_told_when_the_node_stops()
    {
        StagedNode node = new();
        await using Visitor visitor = await Visitor.SignedInAsync(node);
        using StreamReader events = new(await (await visitor.SendAsync(HttpMethod.Get, "api/events")).Content.ReadAsStreamAsync());
        Assert.True((await UntilAsync(events, "node")).GetProperty("isRunning").GetBoolean());

        node.Server = null;

        Assert.False((await UntilAsync(events, "node")).GetProperty("isRunning").GetBoolean());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using Visitor visitor = new();

        PeerShareException taken = Assert.Throws<PeerShareException>(() =>
            DashboardServer.Start(new StagedNode(), new DashboardOptions { Port = visitor.Port }, visitor.Home, TimeProvider.System, EventLog.Null));

        Assert.Equal((PeerError.PortInUse, $"{visitor.Port}"), (taken.Error, taken.Target));
    }

    private static List<JsonElement> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static async Task<JsonElement> UntilAsync(StreamReader events, string name)
    {
        using CancellationTokenSource patience = new(Waiting.Patience);
        while (true)
        {
            string line = await events.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The stream ended.");
            if (JsonDocument.Parse(line).RootElement.TryGetProperty(name, out JsonElement found))
            {
                return found;
            }
        }
    }
}
