using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>No character of a peer's that moves a cursor or turns the writing gets into a message or a log.</summary>
public sealed class OutputHygieneTests : IAsyncLifetime
{
    private const string Nasty = "\u001b[2J\u202Egnp.exe\u0007\u009b31m\u2028\u200F";

    // What of it the rules for names let through.
    private const string NastyName = "a\u202Egnp.exe\u2028\u200F\u2066";

    private readonly TestNode _node = new();
    private readonly List<string> _told = [];
    private int _port;

    public async Task InitializeAsync()
    {
        _node.Write("docs/open.txt", "open"u8.ToArray());
        _port = (await _node.Node.StartServerAsync(
            new ServerOptions
            {
                Paths = [_node["docs"]], Port = 0, ListenAddresses = [System.Net.IPAddress.Loopback], Inbox = _node.Folder("inbox"),
                Name = "server", LogLevel = PeerLogLevel.Verbose,
            },
            TestNode.Patience)).Port;
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Nothing_of_a_servers_reaches_messages_or_logs_raw()
    {
        int call = 0;
        await using HostileServer server = new(
            async peer =>
            {
                while (true)
                {
                    (FrameHeader header, _) = await peer.UntilAsync(
                        FrameType.Search, FrameType.Browse, FrameType.FetchItems, FrameType.PushOffer, FrameType.Describe, FrameType.Ping);
                    await AnswerAsync(peer, header, call);
                }
            },
            NastyHello());
        await server.TrustByAsync(_node);

        PeerProbe probe = await _node.Node.TestPeerAsync(server.Target, TimeSpan.FromSeconds(20), TestNode.Patience);
        Assert.True(probe.IsReachable);
        Assert.Null(probe.ClockDifference);
        _told.Add(probe.Software!);
        File.WriteAllBytes(Path.Combine(_node.Folder("in"), NastyName), new byte[10]);
        for (; call < 6; call++)
        {
            await FindAsync(server.Target);
            await ExpandAsync(server.Target);
            Tell(await _node.FetchAsync(
                new FetchOptions { Destination = _node["in"], Force = true }, server.Offer($"docs/{NastyName}", 10), server.Offer($"docs/other{NastyName}", 10)));
            Tell(await _node.PushAsync(
                new PushOptions { Peers = [server.Target] }, PeerNode.ExpandLocal(_node.Write("out/a.txt", [1]), recurse: false)));
        }

        Assert.True(_told.Count > 20);
        await AssertCleanAsync();
    }

    [Fact]
    public async Task Nothing_of_a_clients_reaches_logs_raw()
    {
        using HostileClient client = await HostileClient.BefriendAsync(_node, PeerRights.Browse | PeerRights.Read | PeerRights.Write);
        await client.ConnectAsync(hello: NastyHello());
        await client.FetchAsync(HostileTalk.Wire("docs", NastyName), HostileTalk.Wire(NastyName), HostileTalk.Wire("docs", Nasty));
        await client.AskAsync(FrameType.Browse, new BrowseRequest { Folder = HostileTalk.Wire("docs", NastyName) });
        await client.AskAsync(FrameType.Search, new SearchRequest { Filter = new EntryFilter { Names = { Nasty } } });
        await client.AskAsync(FrameType.Control, new ControlRequest { RemoveShare = new ControlRemoveShare { Name = Nasty } });
        uint push = await client.OpenAsync(FrameType.Push, new PushRequest());
        await client.Peer.SendAsync(
            FrameType.PushOffer, new PushOffer { Items = { new PushItem { Length = 4, Segments = { ByteString.CopyFromUtf8(NastyName) } } } }, push);
        await client.Peer.UntilAsync(FrameType.PushVerdicts);
        await client.Peer.ServeAsync(push, 0, "open"u8.ToArray());
        await client.Peer.UntilAsync(FrameType.Committed);
        await client.Peer.SendAsync(FrameType.Error, new StreamError { Code = 99, Detail = Nasty }, push);
        await client.Peer.SendAsync(FrameType.GoingAway, new GoingAway { Reason = 4711, Detail = Nasty });
        await client.Peer.ReadGoodbyeAsync();

        TicketInfo ticket = await _node.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        TicketText text = TicketText.Parse(ticket.Ticket, DateTimeOffset.UtcNow);
        using HostileClient stranger = new(_port);
        foreach (bool isRight in (bool[])[false, true])
        {
            HostilePeer peer = await stranger.ConnectAsync(Alpn.Pair, NastyHello());
            ProofContext context = new(
                stranger.Id, _node.Node.GetIdentity().NodeId, peer.Said!.Nonce.ToByteArray(), peer.Greeted!.Nonce.ToByteArray());
            await stranger.AskAsync(FrameType.TicketProof, new TicketProof
            {
                TicketId = ByteString.CopyFrom(text.TicketId),
                Proof = ByteString.CopyFrom(text.DeriveKey().Prove(isRight ? ProofRole.Dialler : ProofRole.Acceptor, context)),
                NodeName = Nasty,
                Addresses = { Nasty, $"{Nasty}:1" },
            });
        }

        _told.AddRange(_node.Node.GetPeers().SelectMany(peer => (string[])[peer.Name, .. peer.Addresses]));
        Assert.Equal(2, _node.Node.GetPeers().Count);
        await AssertCleanAsync();
    }

    private static Hello NastyHello()
    {
        Hello hello = HostilePeer.MakeHello();
        hello.NodeName = Nasty;
        hello.Agent = Nasty;
        hello.ClockUnixMs = long.MaxValue;
        hello.Capabilities.Add(Nasty);
        return hello;
    }

    private static async Task AnswerAsync(HostilePeer peer, FrameHeader asked, int call)
    {
        uint stream = asked.StreamId;
        StreamError error = new() { Code = (uint)call, Detail = Nasty };
        switch (asked.Type)
        {
            case FrameType.Ping:
                await peer.SendAsync(FrameType.Pong, new Pong { Value = 1 });
                break;
            case FrameType.FetchItems when call % 2 == 0:
                await peer.SendAsync(FrameType.ItemError, new ItemError { Index = 0, Code = (uint)call, Detail = Nasty }, stream);
                await peer.HeadAsync(stream, 1, long.MaxValue);
                await peer.SendAsync(FrameType.Error, error, stream);
                break;
            case FrameType.Describe when call % 3 == 0:
                await peer.SendAsync(FrameType.ItemError, new ItemError { Code = (uint)call, Detail = Nasty }, stream, last: true);
                break;
            case FrameType.PushOffer when call % 2 == 0:
                await peer.SendAsync(
                    FrameType.PushVerdicts, new PushVerdicts { Verdicts = { new PushVerdict { Code = (uint)call, Detail = Nasty } } }, stream, last: true);
                break;
            case FrameType.Browse when call == 5:
                await peer.SendAsync(FrameType.GoingAway, new GoingAway { Reason = (uint)CloseReason.TooManyStreams, Detail = Nasty });
                break;
            case FrameType.Search or FrameType.Browse when call % 2 == 1:
                Entry entry = new() { Name = HostileTalk.Wire("docs", NastyName), Length = call - 2 };
                await peer.SendAsync(FrameType.Entries, new Entries { Entries_ = { entry } }, stream, last: true);
                break;
            default:
                await peer.SendAsync(FrameType.Error, error, stream);
                break;
        }
    }

    private async Task FindAsync(PeerTarget target)
    {
        FindOptions options = new() { Peers = [target], OnStep = _told.Add };
        await foreach (SearchResult result in _node.Node.FindFilesAsync(options, TestNode.Patience))
        {
            if (result.Failure is not null)
            {
                _told.Add(result.Failure.ToString());
            }
        }
    }

    private async Task ExpandAsync(PeerTarget target)
    {
        try
        {
            await foreach (RemoteFile _ in _node.Node.ExpandAsync(target, "docs", recurse: true, TestNode.Patience))
            {
            }
        }
        catch (PeerShareException e)
        {
            _told.Add(e.ToString());
        }
    }

    private void Tell(List<TransferInfo> results) => _told.AddRange(results.Where(result => result.Error is not null).Select(result => result.Error!.ToString()));

    private async Task AssertCleanAsync()
    {
        await _node.Node.DisposeAsync();
        int lines = 0;
        foreach (string log in Directory.GetFiles(Path.Combine(_node.Home, "logs")))
        {
            foreach (string line in File.ReadLines(log))
            {
                lines++;
                AssertClean(line);
                using JsonDocument json = JsonDocument.Parse(line);
                foreach (JsonProperty property in json.RootElement.EnumerateObject())
                {
                    AssertClean(property.Name);
                    AssertClean(property.Value.ToString());
                }
            }
        }

        Assert.True(lines > 5);
        _told.ForEach(AssertClean);
    }

    private static void AssertClean(string text)
    {
        foreach (char c in text)
        {
            bool isHarmless = c is '\n' or '\r' || char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            Assert.True(isHarmless, $"U+{(int)c:X4} in {Printable.Escape(text)}");
        }
    }
}
