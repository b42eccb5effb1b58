using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.Protocol;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>P3, P4, A1: a trusted client that asks for what its server does not show it.</summary>
public sealed class FetchByHostileClientTests : IAsyncLifetime
{
    private static readonly byte[] s_secret = "the secret"u8.ToArray();

    private readonly TestNode _server = new();
    private HostileClient _client = null!;

    public async Task InitializeAsync()
    {
        _server.Write("docs/open.txt", "open"u8.ToArray());
        _server.Write("docs/sub/deep.txt", "deep"u8.ToArray());
        _server.Write("docs/.git/config", s_secret);
        _server.Write("docs/private.key", s_secret);
        _server.Write($"docs/{Core.Files.SafeRoot.StagingName}/1/0", s_secret);
        _server.Write("outside.txt", s_secret);
        _server.Write("private/a.txt", s_secret);
        _server.Write("single.txt", "single"u8.ToArray());
        File.CreateSymbolicLink(_server["docs", "link.txt"], _server["outside.txt"]);
        File.CreateSymbolicLink(_server["docs", "up"], "..");
        File.CreateSymbolicLink(_server["docs", "inside.txt"], "open.txt");
        await _server.StartAsync();
        await ShareAsync("docs", exclude: [".git", "*.key"]);
        await ShareAsync("private", peers: [NodeId.FromBytes(new byte[32].Select((_, i) => (byte)(i + 1)).ToArray())]);
        await ShareAsync("single.txt");
        _client = await HostileClient.BefriendAsync(_server);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_is_shown_can_be_fetched() => Assert.Equal(
        [WireError.None, WireError.None, WireError.None],
        await _client.FetchAsync(HostileTalk.Wire("docs", "open.txt"), HostileTalk.Wire("docs", "sub", "deep.txt"), HostileTalk.Wire("single.txt")));

    [Theory]
    [MemberData(nameof(Hidden))]
    public async Task What_is_not_shown_is_missing_by_every_way(string path)
    {
        WireName name = HostileTalk.Wire(path.Split('/'));
        Assert.Equal([WireError.NotFound], await _client.FetchAsync(name));
        Assert.Equal([WireError.NotFound], await DescribeAsync(name));

        List<(FrameHeader Header, byte[] Payload)> browsed = await _client.AskAsync(FrameType.Browse, new BrowseRequest { Folder = name, Recurse = true });

        Assert.Equal(WireError.NotFound, HostileClient.CodeOf(Assert.Single(browsed)));
        Assert.Empty(StreamError.Parser.ParseFrom(browsed[0].Payload).Detail);
    }

    public static TheoryData<string> Hidden =>
    [
        "private/a.txt", "private", "nothing/a.txt", "docs/missing.txt", "docs/private.key", "docs/PRIVATE.KEY", "docs/.git/config", "docs/.git",
        "docs/.GIT/config", "docs/link.txt", "docs/inside.txt", "docs/up/outside.txt", "docs/up/docs/open.txt", "docs/up", $"docs/{Core.Files.SafeRoot.StagingName}/1/0",
        $"docs/{Core.Files.SafeRoot.StagingName}", "single.txt/single.txt", "single.txt/outside.txt", "outside.txt", "DOCS/open.txt", "docs/open.txt/x",
    ];

    [Fact]
    public async Task Hostile_names_reach_nothing_by_any_way()
    {
        List<WireName> names = [new WireName(), HostileTalk.Wire([.. Enumerable.Repeat("docs", 65)]), HostileTalk.Wire("docs")];
        foreach (byte[] segment in HostileSegments.Refused())
        {
            names.Add(HostileTalk.Wire("docs"u8.ToArray(), segment));
            names.Add(HostileTalk.Wire("docs"u8.ToArray(), segment, "outside.txt"u8.ToArray()));
            names.Add(HostileTalk.Wire(segment, "outside.txt"u8.ToArray()));
        }

        foreach (string lookalike in HostileSegments.Lookalikes())
        {
            names.Add(HostileTalk.Wire("docs", lookalike, "outside.txt"));
        }

        Assert.True(names.Count >= 2000);
        foreach (WireName[] some in names.Chunk(100))
        {
            Assert.All(await _client.FetchAsync(some), code => Assert.Equal(WireError.NotFound, code));
            Assert.All(await DescribeAsync(some), code => Assert.Equal(WireError.NotFound, code));
        }

        foreach (WireName name in names.Where(name => name.Segments.Count is > 1 and < 65))
        {
            List<(FrameHeader Header, byte[] Payload)> browsed = await _client.AskAsync(FrameType.Browse, new BrowseRequest { Folder = name });
            Assert.Equal(WireError.NotFound, HostileClient.CodeOf(browsed[^1]));
        }
    }

    [Fact]
    public async Task Listings_show_what_may_be_fetched_and_nothing_else()
    {
        string[] shown = ["docs/open.txt", "docs/sub/deep.txt", "single.txt"];
        Assert.Equal(shown, await NamesAsync(FrameType.Search, new SearchRequest()));
        Assert.Equal(
            ["docs", "docs/open.txt", "docs/sub", "docs/sub/deep.txt", "single.txt"],
            await NamesAsync(FrameType.Browse, new BrowseRequest { Recurse = true }));
        Assert.Equal(["docs", "single.txt"], await NamesAsync(FrameType.Browse, new BrowseRequest()));
    }

    [Fact]
    public async Task Who_may_only_browse_learns_nothing_of_the_content()
    {
        await _server.Node.SetPeerAsync(_client.Id, new PeerChange { Allow = PeerRights.Browse }, TestNode.Patience);
        EntryFilter filter = new() { Hash = ByteString.CopyFrom(HostileTalk.RootOf("open"u8.ToArray())) };

        Assert.Contains("docs/open.txt", await NamesAsync(FrameType.Search, new SearchRequest()));
        Assert.Empty(await NamesAsync(FrameType.Search, new SearchRequest { Filter = filter }));
        Assert.Equal([WireError.NotFound], await _client.FetchAsync(HostileTalk.Wire("docs", "open.txt")));
        Assert.Equal([WireError.NotFound], await DescribeAsync(HostileTalk.Wire("docs", "open.txt")));

        await _server.Node.SetPeerAsync(_client.Id, new PeerChange { Allow = PeerRights.Browse | PeerRights.Read }, TestNode.Patience);
        Assert.Equal(["docs/open.txt"], await NamesAsync(FrameType.Search, new SearchRequest { Filter = filter }));
    }

    [Fact]
    public async Task Who_may_only_read_lists_nothing()
    {
        await _server.Node.SetPeerAsync(_client.Id, new PeerChange { Allow = PeerRights.Read }, TestNode.Patience);

        Assert.Empty(await NamesAsync(FrameType.Search, new SearchRequest()));
        Assert.Empty(await NamesAsync(FrameType.Browse, new BrowseRequest()));
        Assert.Equal([WireError.None], await _client.FetchAsync(HostileTalk.Wire("docs", "open.txt")));
    }

    [Fact]
    public async Task Only_the_home_itself_controls_its_node()
    {
        ControlRequest[] orders =
        [
            new() { Stop = new ControlStop { Force = true } },
            new() { Status = new ControlStatus() },
            new() { Refresh = new ControlRefresh() },
            new() { RemoveShare = new ControlRemoveShare { Name = "docs" } },
            new(),
        ];
        foreach (ControlRequest order in orders)
        {
            (FrameHeader Header, byte[] Payload) answer = Assert.Single(await _client.AskAsync(FrameType.Control, order));
            Assert.Equal(WireError.Refused, HostileClient.CodeOf(answer));
        }

        ServerInfo server = (await _server.Node.GetServerAsync(TestNode.Patience))!;
        Assert.Equal((ServerState.Running, 3), (server.State, server.Shares.Count));
    }

    [Fact]
    public async Task Wildcards_that_would_cost_a_day_are_refused()
    {
        EntryFilter many = new();
        many.Names.AddRange(Enumerable.Repeat("*a*b*c*d", 4000));
        EntryFilter @long = new() { Paths = { string.Concat(Enumerable.Repeat("*a", 30_000)) } };

        foreach (EntryFilter filter in (EntryFilter[])[many, @long])
        {
            (FrameHeader Header, byte[] Payload) answer = Assert.Single(await _client.AskAsync(FrameType.Search, new SearchRequest { Filter = filter }));
            Assert.Equal(WireError.Refused, HostileClient.CodeOf(answer));
        }
    }

    private async Task ShareAsync(string name, IReadOnlyList<NodeId>? peers = null, string[]? exclude = null) => await _server.Node.AddShareAsync(
        new ShareOptions { Path = _server[name], Peers = peers, Exclude = exclude ?? [] }, TestNode.Patience);

    private async Task<List<WireError>> DescribeAsync(params IEnumerable<WireName> names)
    {
        DescribeRequest request = new() { WantRoot = true };
        request.Items.AddRange(names.Select((name, index) => new FetchItem { Index = (uint)index, Name = name }));
        return [.. (await _client.AskAsync(FrameType.Describe, request)).Select(HostileClient.CodeOf).OfType<WireError>()];
    }

    private async Task<string[]> NamesAsync(FrameType opening, IMessage request)
    {
        List<(FrameHeader Header, byte[] Payload)> heard = await _client.AskAsync(opening, request);
        Assert.Equal(FrameType.ListingEnd, heard[^1].Header.Type);
        return [.. heard.Where(frame => frame.Header.Type == FrameType.Entries)
            .SelectMany(frame => Entries.Parser.ParseFrom(frame.Payload).Entries_)
            .Select(entry => string.Join('/', entry.Name.Segments.Select(segment => segment.ToStringUtf8())))
            .Order(StringComparer.Ordinal)];
    }
}
