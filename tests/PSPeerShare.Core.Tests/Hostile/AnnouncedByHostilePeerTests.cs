using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>A trusted peer whose catalog lies, and one that listens for what it may not know.</summary>
public sealed class AnnouncedByHostilePeerTests : IAsyncLifetime
{
    private static readonly ByteString s_epoch = ByteString.CopyFrom(new byte[Limits.CatalogEpochBytes]);

    private readonly TestNode _node = new(pace: QuickPace.Value);

    public Task InitializeAsync()
    {
        _node.Write("docs/a.txt", "a"u8.ToArray());
        _node.Write("docs/inner/b.txt", "b"u8.ToArray());
        return _node.StartAsync(_node.Folder("docs"));
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    private static readonly Dictionary<string, CatalogBatch> s_lies = new()
    {
        { "a billion entries", new CatalogBatch { Epoch = s_epoch, Sequence = 9, Snapshot = true, Begins = true, Entries = 1_000_000_000 } },
        { "backwards", new CatalogBatch { Epoch = s_epoch, Sequence = 3, Items = { Item("docs", "x") } } },
        { "another catalog", new CatalogBatch { Epoch = ByteString.CopyFrom(Enumerable.Repeat((byte)9, 16).ToArray()), Sequence = 9, Items = { Item("docs", "x") } } },
        { "a way out", new CatalogBatch { Epoch = s_epoch, Sequence = 9, Items = { Item("docs", "x"), Item("docs", "..", "y") } } },
    };

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_ends_the_listening_with_an_event_and_what_was_stored_stays(string lie)
    {
        TaskCompletionSource lied = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HostileServer server = new(
            async peer =>
            {
                uint stream = (await peer.UntilAsync(FrameType.Subscribe)).Header.StreamId;
                await peer.SendAsync(FrameType.CatalogBatch, Honest(), stream);
                await lied.Task;
                await peer.SendAsync(FrameType.CatalogBatch, s_lies[lie], stream);
            },
            Offering());
        await server.TrustByAsync(_node);
        await _node.StoredAsync("docs/honest.txt");

        lied.SetResult();

        await Waiting.UntilAsync(() => Log().Contains("CatalogRefused", StringComparison.Ordinal));
        await _node.StoredAsync("docs/honest.txt");
    }

    [Fact]
    public async Task Who_may_see_nothing_is_told_nothing()
    {
        using HostileClient client = await HostileClient.BefriendAsync(_node, PeerRights.Write);
        CatalogBatch told = await SubscribeAsync(client, new SubscribeRequest());

        Assert.Equal((true, true, 0, 0UL), (told.Begins, told.Complete, told.Items.Count, told.Entries));
    }

    [Fact]
    public async Task Who_may_see_nothing_does_not_learn_how_much_happens()
    {
        using HostileClient other = await HostileClient.BefriendAsync(_node, name: "other");
        await ScannedAsync(other);
        using HostileClient client = await HostileClient.BefriendAsync(_node, PeerRights.Write);
        CatalogBatch told = await SubscribeAsync(client, new SubscribeRequest());
        Assert.Equal(0UL, told.Sequence);

        // A number that is none yet is as good as one that was.
        foreach (ulong guess in (ulong[])[1, 1_000_000])
        {
            await client.ConnectAsync();
            CatalogBatch answer = await SubscribeAsync(client, new SubscribeRequest { Epoch = told.Epoch, AfterSequence = guess });
            Assert.Equal((false, 0, guess), (answer.Snapshot, answer.Items.Count, answer.Sequence));
        }
    }

    [Fact]
    public async Task Who_sees_a_part_does_not_learn_how_much_happens_in_the_rest()
    {
        using HostileClient other = await HostileClient.BefriendAsync(_node, name: "other");
        using HostileClient client = await HostileClient.BefriendAsync(_node);
        _node.Write("own/first.txt", "1"u8.ToArray());
        await _node.Node.AddShareAsync(new() { Path = _node["own"], Peers = [other.Id] }, TestNode.Patience);
        await ScannedAsync(other, "a.txt", "b.txt", "first.txt");
        CatalogBatch told = await ScannedAsync(client);

        _node.Write("own/second.txt", "2"u8.ToArray());
        await other.ConnectAsync();
        await ScannedAsync(other, "second.txt");

        // Hashes of what it may see may become known meanwhile, and those are told.
        do
        {
            await client.ConnectAsync();
            SubscribeRequest request = new() { Epoch = told.Epoch, AfterSequence = told.Sequence };
            told = await SubscribeAsync(client, request);
            Assert.False(told.Snapshot);
            Assert.True(told.Items.Count > 0 || told.Sequence == request.AfterSequence);
        }
        while (told.Items.Count > 0);
    }

    [Fact]
    public async Task Who_lost_the_right_is_told_that_there_is_nothing_any_more()
    {
        using HostileClient client = await HostileClient.BefriendAsync(_node);
        CatalogBatch told = await ScannedAsync(client);

        await _node.Node.SetPeerAsync(client.Id, new PeerChange { Allow = PeerRights.Write }, TestNode.Patience);

        CatalogBatch next = CatalogBatch.Parser.ParseFrom((await client.Peer.UntilAsync(FrameType.CatalogBatch)).Payload);
        Assert.NotEqual(told.Epoch, next.Epoch);
        Assert.Equal((true, true, 0), (next.Begins, next.Complete, next.Items.Count));
    }

    [Fact]
    public async Task Who_loses_the_right_in_the_midst_of_a_catalog_is_not_told_the_rest()
    {
        // More than the credit of a stream that nobody reads.
        await using TestNode node = new(pace: QuickPace.Value);
        for (int i = 0; i < 2000; i++)
        {
            node.Write($"docs/{new string('x', 230)}{i}", []);
        }

        await node.StartAsync(node.Folder("docs"));
        using CancellationTokenSource patience = new(Waiting.Patience);
        while ((await node.Node.GetSharesAsync(patience.Token)).Single().Entries is not 2000)
        {
            await Task.Delay(20, patience.Token);
        }

        using HostileClient client = await HostileClient.BefriendAsync(node);
        CatalogBatch told = await SubscribeAsync(client, new SubscribeRequest());
        while (told.Items.Count == 0)
        {
            told = CatalogBatch.Parser.ParseFrom((await client.Peer.UntilAsync(FrameType.CatalogBatch)).Payload);
        }

        ByteString epoch = told.Epoch;
        await node.Node.SetPeerAsync(client.Id, new PeerChange { Allow = PeerRights.Write }, TestNode.Patience);
        await client.Peer.SendAsync(FrameType.Credit, new Credit { Bytes = 1 << 20 }, stream: 1);

        while (!told.Complete || told.Epoch == epoch)
        {
            Assert.False(told.Complete);
            told = CatalogBatch.Parser.ParseFrom((await client.Peer.UntilAsync(FrameType.CatalogBatch)).Payload);
            Assert.True(told.Epoch == epoch || told.Items.Count == 0);
        }
    }

    [Fact]
    public async Task Who_says_how_far_it_is_is_told_only_what_came_after()
    {
        using HostileClient client = await HostileClient.BefriendAsync(_node);
        CatalogBatch whole = await ScannedAsync(client);
        await client.ConnectAsync();
        _node.Write("docs/later.txt", "later"u8.ToArray());

        CatalogBatch told = await SubscribeAsync(client, new SubscribeRequest { Epoch = whole.Epoch, AfterSequence = whole.Sequence });
        while (!told.Items.Any(item => item.Segments[^1].ToStringUtf8() == "later.txt"))
        {
            Assert.False(told.Snapshot);
            told = CatalogBatch.Parser.ParseFrom((await client.Peer.UntilAsync(FrameType.CatalogBatch)).Payload);
        }

        Assert.False(told.Snapshot);
        Assert.True(told.Sequence > whole.Sequence);
    }

    [Fact]
    public async Task Who_claims_to_be_further_than_the_catalog_is_told_everything()
    {
        using HostileClient client = await HostileClient.BefriendAsync(_node);
        CatalogBatch whole = await ScannedAsync(client);
        await client.ConnectAsync();

        CatalogBatch told = await SubscribeAsync(client, new SubscribeRequest { Epoch = whole.Epoch, AfterSequence = ulong.MaxValue });

        Assert.True(told.Begins);
    }

    [Fact]
    public async Task Who_subscribes_again_and_again_has_one_subscription()
    {
        using HostileClient client = await HostileClient.BefriendAsync(_node);
        List<uint> streams = [];
        for (int i = 0; i < 20; i++)
        {
            streams.Add(await client.OpenAsync(FrameType.Subscribe, new SubscribeRequest(), last: true));
        }

        HashSet<uint> ended = [];
        while (ended.Count < streams.Count - 1)
        {
            (FrameHeader header, byte[] payload) = await client.Peer.UntilAsync(FrameType.Error);
            Assert.Equal(WireError.Busy, (WireError)StreamError.Parser.ParseFrom(payload).Code);
            ended.Add(header.StreamId);
        }

        Assert.Single(streams.Except(ended));
    }

    private static CatalogItem Item(params string[] segments) => new() { Segments = { segments.Select(ByteString.CopyFromUtf8) }, Length = 1 };

    private static CatalogBatch Honest() => new()
    {
        Epoch = s_epoch,
        Sequence = 7,
        Snapshot = true,
        Begins = true,
        Complete = true,
        Items = { Item("docs", "honest.txt") },
    };

    private static Hello Offering()
    {
        Hello hello = HostilePeer.MakeHello();
        hello.Capabilities.Add(Capabilities.Subscribe);
        return hello;
    }

    private static async Task<CatalogBatch> SubscribeAsync(HostileClient client, SubscribeRequest request)
    {
        await client.OpenAsync(FrameType.Subscribe, request, last: true);
        return CatalogBatch.Parser.ParseFrom((await client.Peer.UntilAsync(FrameType.CatalogBatch)).Payload);
    }

    /// <summary>The last of what is told, once all files are in it.</summary>
    private static async Task<CatalogBatch> ScannedAsync(HostileClient client, params string[] files)
    {
        string[] awaited = files.Length > 0 ? files : ["a.txt", "b.txt"];
        CatalogBatch told = await SubscribeAsync(client, new SubscribeRequest());
        HashSet<string> names = [];
        while (true)
        {
            names.UnionWith(told.Items.Select(item => item.Segments[^1].ToStringUtf8()));
            if (names.IsSupersetOf(awaited))
            {
                return told;
            }

            told = CatalogBatch.Parser.ParseFrom((await client.Peer.UntilAsync(FrameType.CatalogBatch)).Payload);
        }
    }

    private string Log() => string.Concat(Directory.EnumerateFiles(Path.Combine(_node.Home, "logs"), "*.json").Select(path =>
    {
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }));
}
