using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.Architecture;

namespace PSPeerShare.Core.Tests.Protocol;

/// <summary>Code, document and golden frames say the same.</summary>
public sealed class FrameVectorTests
{
    private static readonly Dictionary<string, byte[]> Built = new()
    {
        ["hello"] = Connection(FrameType.Hello, new Hello
        {
            Version = 1,
            NodeName = "atelier",
            Agent = "PSPeerShare/0.1.0",
            Capabilities = { "search", "fetch" },
            Nonce = Bytes(0, 32),
            BootNonce = Bytes(0x40, 16),
            ListenPort = 22888,
            ClockUnixMs = 1_795_374_600_000,
        }),
        ["hello-ack"] = Connection(FrameType.HelloAck, new HelloAck { Nonce = Bytes(0, 32) }),
        ["going-away"] = Connection(FrameType.GoingAway, new GoingAway { Reason = (uint)CloseReason.ShuttingDown, Detail = "restart" }),
        ["going-away-normal"] = Connection(FrameType.GoingAway, new GoingAway()),
        ["ping"] = Connection(FrameType.Ping, new Ping { Value = 300 }),
        ["pong"] = Connection(FrameType.Pong, new Pong { Value = 300 }),
        ["search"] = Stream(FrameType.Search, 1, true, new SearchRequest { Filter = new EntryFilter { Names = { "*.iso" } }, Limit = 100 }),
        ["browse-shares"] = Stream(FrameType.Browse, 2, true, new BrowseRequest()),
        ["entries"] = Stream(FrameType.Entries, 1, false, new Entries
        {
            Entries_ = { new Entry { Name = Name("media", "disc.iso"), Length = 5_368_709_121, ModifiedUnixNs = 1_700_000_000_123_456_789, Hash = Bytes(0x80, 32) } },
        }),
        ["entries-keep-alive"] = Stream(FrameType.Entries, 1, false, new Entries()),
        ["listing-end"] = Stream(FrameType.ListingEnd, 1, true, new ListingEnd { Entries = 1, Skipped = 2 }),
        ["fetch"] = Stream(FrameType.Fetch, 3, false, new FetchRequest()),
        ["fetch-items"] = Stream(FrameType.FetchItems, 3, false, new FetchItems
        {
            Items =
            {
                new FetchItem { Index = 0, Name = Name("media", "disc.iso") },
                new FetchItem { Index = 1, Name = Name("media", "한국어.txt"), Ranges = { new ByteRange { Offset = 16384, Length = 100 } } },
            },
        }),
        ["item-header"] = Stream(FrameType.ItemHeader, 3, false, new ItemHeader { Index = 1, Length = 5, ModifiedUnixNs = -1 }),
        ["data"] = FrameWriter.EncodeFrame(FrameType.Data, FrameFlags.None, 3, "hello"u8),
        ["data-end"] = FrameWriter.EncodeFrame(FrameType.Data, FrameFlags.Last, 3, []),
        ["item-end"] = Stream(FrameType.ItemEnd, 3, false, new ItemEnd
        {
            Index = 1,
            Root = ByteString.CopyFrom(Convert.FromHexString("ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f")),
        }),
        ["item-error"] = Stream(FrameType.ItemError, 3, false, new ItemError { Index = 0, Code = (uint)WireError.NotFound }),
        ["credit"] = Stream(FrameType.Credit, 3, false, new Credit { Bytes = 131_072 }),
        ["error"] = Stream(FrameType.Error, 3, false, new StreamError { Code = (uint)WireError.Cancelled }),
        ["push-offer"] = Stream(FrameType.PushOffer, 4, false, new PushOffer
        {
            Items = { new PushItem { Index = 7, Segments = { ByteString.CopyFromUtf8("log"), ByteString.CopyFromUtf8("a b.txt") }, Length = 12 } },
        }),
        ["push-verdicts"] = Stream(FrameType.PushVerdicts, 4, false, new PushVerdicts { Verdicts = { new PushVerdict { Index = 7, Accepted = true } } }),
        ["committed"] = Stream(FrameType.Committed, 4, false, new Committed { Index = 7, Root = Bytes(0, 32), StoredName = "log/a b (2).txt" }),
        ["subscribe"] = Stream(FrameType.Subscribe, 1, true, new SubscribeRequest { Epoch = Bytes(0x40, 16), AfterSequence = 300 }),
        ["catalog-batch"] = Stream(FrameType.CatalogBatch, 1, false, new CatalogBatch
        {
            Epoch = Bytes(0x40, 16),
            Sequence = 301,
            Items =
            {
                new CatalogItem { Segments = { ByteString.CopyFromUtf8("media"), ByteString.CopyFromUtf8("disc.iso") }, Length = 5, ModifiedUnixNs = 7, Hash = Bytes(0x80, 32) },
                new CatalogItem { Kept = 1, Segments = { ByteString.CopyFromUtf8("old") }, Gone = true },
            },
        }),
        ["catalog-unchanged"] = Stream(FrameType.CatalogBatch, 1, false, new CatalogBatch { Epoch = Bytes(0x40, 16), Sequence = 301 }),
        ["ticket-proof"] = Stream(FrameType.TicketProof, 1, true, new TicketProof { TicketId = Bytes(0, 16), Proof = Bytes(0x20, 32), NodeName = "atelier" }),
    };

    public static TheoryData<string> Names => [.. Built.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_is_built_as_the_vectors_show(string name)
    {
        Assert.True(Vectors().TryGetValue(name, out string? hex), $"no vector {name}: {Convert.ToHexStringLower(Built[name])}");
        Assert.Equal(hex, Convert.ToHexStringLower(Built[name]));
    }

    [Fact]
    public void Every_vector_reads_as_one_frame_of_a_known_type()
    {
        Assert.Equal(Built.Keys.Order(StringComparer.Ordinal), Vectors().Keys.Order(StringComparer.Ordinal));
        foreach (string hex in Vectors().Values)
        {
            byte[] bytes = Convert.FromHexString(hex);
            using var reader = new FrameReader(header => FrameRules.IsKnown(header.Type) ? FrameVerdict.Deliver : throw new InvalidDataException());
            bytes.CopyTo(reader.GetBuffer());
            reader.Received(bytes.Length);

            Assert.True(reader.TryRead(out Frame frame));
            Assert.Equal(bytes.Length, frame.Header.Cost);
            Assert.False(reader.IsInsideFrame);
        }
    }

    [Fact]
    public void The_document_lists_every_type_with_its_number()
    {
        string document = File.ReadAllText(PathOf("docs", "protocol.md"));
        foreach (FrameType type in Enum.GetValues<FrameType>())
        {
            Assert.Contains($"| `0x{(int)type:X2}` | {type} |", document, StringComparison.Ordinal);
            bool opens = Regex.IsMatch(document, $@"^\| `0x{(int)type:X2}` .*\| opens \|$", RegexOptions.Multiline);
            Assert.Equal(FrameRules.IsOpening(type), opens);
        }
    }

    [Fact]
    public void The_document_lists_every_reason_and_every_error_with_its_number()
    {
        string document = File.ReadAllText(PathOf("docs", "protocol.md"));
        foreach ((int number, string name) in Enum.GetValues<CloseReason>().Select(reason => ((int)reason, reason.ToString()))
            .Concat(Enum.GetValues<WireError>().Where(error => error != WireError.None).Select(error => ((int)error, error.ToString()))))
        {
            Assert.Contains($"| {number} | {name} |", document, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_document_states_the_limits_of_the_code()
    {
        string limits = File.ReadAllText(PathOf("docs", "protocol.md")).Split("## 8. Limits")[1].Split("## 9.")[0];
        string Row(string what) => limits.Split('\n').Single(line => line.StartsWith($"| {what} |", StringComparison.Ordinal));
        void States(string what, params object[] figures)
        {
            MatchCollection found = Regex.Matches(Row(what).Split('|')[2], @"\d+");
            Assert.Equal(figures.Select(figure => Convert.ToString(figure, CultureInfo.InvariantCulture)), found.Take(figures.Length).Select(match => match.Value));
        }

        States("payload of a control frame", Limits.ControlPayloadBytes);
        States("payload of Data", Limits.DataPayloadBytes);
        States("any payload before HELLO_ACK, and on the pair ALPN", Limits.PairPayloadBytes);
        States("received on a pair connection", Limits.PairTotalBytes, Limits.PairLifetime.TotalSeconds);
        States("hashes of a who-has; bytes that are read to answer it", Limits.WhoHasHashes, Limits.WhoHasReadBytes);
        States("outboard", Limits.OutboardBytes);
        States("node name, agent, capability", Limits.NodeNameBytes, Limits.AgentBytes, Limits.CapabilityBytes, Limits.Capabilities);
        States("initial credit of a stream, each way", Limits.InitialCreditBytes);
        States("windows of a connection", Limits.ConnectionWindowBytes, 16, Limits.ConnectionExtraWindowBytes >> 20);
        States("such shared windows of a node", Limits.NodeWindowBytes);
        States("open streams of a side", Limits.StreamsPerSide);
        States("pings without a pong", Limits.UnansweredPings);
        States("open items of a push", Limits.OpenPushItems);
        States("announced files of a peer; what their rows take; files of all peers", Limits.CatalogEntries, Limits.CatalogBytes, Limits.CatalogEntriesOfAll);
        States("names of a batch of announced items, written out", Limits.CatalogBatchNameBytes);
        States("announced items that are taken in a second", Limits.CatalogItemsPerSecond);
        States("connections; of one node; before authentication", Limits.Connections, Limits.ConnectionsPerPeer, Limits.UnauthenticatedConnections);
        States("ClientHello after accept", Limits.ClientHello.TotalSeconds);
        States("HELLO_ACK after accept, and after dialling", Limits.AcceptToHelloAck.TotalSeconds);
        States("silence before a ping is sent; before the connection is given up", Limits.IdlePing.TotalSeconds, Limits.Dead.TotalSeconds);
        States("a write that does not move, a frame that has begun and brings less than 1024 bytes a second", Limits.WriteStall.TotalSeconds);
    }

    private static Dictionary<string, string> Vectors() => File.ReadLines(PathOf("tests", "vectors", "frames.txt"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => parts[1]);

    private static string PathOf(params string[] parts) => Path.Combine([SourceTree.Root, .. parts]);

    private static byte[] Connection(FrameType type, IMessage message) => FrameWriter.EncodeFrame(type, FrameFlags.None, 0, message);

    private static byte[] Stream(FrameType type, uint id, bool last, IMessage message) =>
        FrameWriter.EncodeFrame(type, last ? FrameFlags.Last : FrameFlags.None, id, message);

    private static ByteString Bytes(byte first, int count) =>
        ByteString.CopyFrom([.. Enumerable.Range(first, count).Select(value => (byte)value)]);

    private static WireName Name(params string[] segments) => new() { Segments = { segments.Select(ByteString.CopyFromUtf8) } };
}
