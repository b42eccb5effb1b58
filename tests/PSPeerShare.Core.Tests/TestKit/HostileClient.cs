using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A peer that a node trusts, and that asks it for what it likes, frame by frame.</summary>
internal sealed class HostileClient : IDisposable
{
    private readonly X509Certificate2 _certificate = TestCertificates.Make();
    private readonly List<HostilePeer> _connections = [];
    private readonly int _port;
    private uint _nextStream = 1;

    public HostileClient(int port) => _port = port;

    public NodeId Id => NodeId.FromCertificate(_certificate);

    public X509Certificate2 Certificate => _certificate;

    /// <summary>The latest connection.</summary>
    public HostilePeer Peer => _connections[^1];

    /// <summary>A client that the node trusts, connected.</summary>
    public static async Task<HostileClient> BefriendAsync(
        TestNode node, PeerRights allow = PeerRights.Browse | PeerRights.Read, string name = "evil")
    {
        ServerInfo server = (await node.Node.GetServerAsync(TestNode.Patience))!;
        HostileClient client = new(server.Port);
        await node.Node.AddPeerAsync(new AddPeerOptions { NodeId = client.Id, Name = name, Allow = allow }, TestNode.Patience);
        await client.ConnectAsync();
        return client;
    }

    /// <summary>One more connection, greeted.</summary>
    public async Task<HostilePeer> ConnectAsync(string alpn = Alpn.Main, Hello? hello = null)
    {
        HostilePeer peer = await HostilePeer.DialAsync(_port, _certificate, alpn);
        _connections.Add(peer);
        await peer.GreetAsync(hello);
        _nextStream = 1;
        return peer;
    }

    /// <summary>Opens a stream and answers its number.</summary>
    public async Task<uint> OpenAsync(FrameType opening, IMessage message, bool last = false)
    {
        uint stream = _nextStream;
        _nextStream += 2;
        await Peer.SendAsync(opening, message, stream, last);
        return stream;
    }

    /// <summary>All that comes on a stream until the other side ends it; credit is given for what comes.</summary>
    public async Task<List<(FrameHeader Header, byte[] Payload)>> HearAsync(uint stream)
    {
        List<(FrameHeader Header, byte[] Payload)> heard = [];
        bool isOver = false;
        while (!isOver)
        {
            (FrameHeader Header, byte[] Payload) frame = await Peer.ReceiveAsync() ?? throw new IOException("the other side hung up");
            if (frame.Header.StreamId == stream && frame.Header.Type != FrameType.Credit)
            {
                heard.Add(frame);
                isOver = frame.Header.IsLast || frame.Header.Type == FrameType.Error;
                if (frame.Header.Type == FrameType.Data && frame.Header.Length > 0)
                {
                    await Peer.SendAsync(FrameType.Credit, new Credit { Bytes = (uint)frame.Header.Cost }, stream);
                }
            }
        }

        return heard;
    }

    /// <summary>A request of one frame, and its whole answer.</summary>
    public async Task<List<(FrameHeader Header, byte[] Payload)>> AskAsync(FrameType opening, IMessage message) =>
        await HearAsync(await OpenAsync(opening, message, last: true));

    /// <summary>Fetches names as they are; for each, the code of the refusal or None.</summary>
    public async Task<List<WireError>> FetchAsync(params IEnumerable<WireName> names)
    {
        uint stream = await OpenAsync(FrameType.Fetch, new FetchRequest());
        FetchItems items = new();
        foreach (WireName name in names)
        {
            items.Items.Add(new FetchItem { Index = (uint)items.Items.Count, Name = name });
        }

        await Peer.SendAsync(FrameType.FetchItems, items, stream, last: true);
        return [.. (await HearAsync(stream)).Select(CodeOf).OfType<WireError>()];
    }

    /// <summary>The code of a frame that ends an item, well or not.</summary>
    public static WireError? CodeOf((FrameHeader Header, byte[] Payload) frame) => frame.Header.Type switch
    {
        FrameType.ItemEnd or FrameType.Description or FrameType.ListingEnd or FrameType.Committed => WireError.None,
        FrameType.ItemError => (WireError)ItemError.Parser.ParseFrom(frame.Payload).Code,
        FrameType.Error => (WireError)StreamError.Parser.ParseFrom(frame.Payload).Code,
        _ => null,
    };

    public void Dispose()
    {
        _connections.ForEach(connection => connection.Dispose());
        _certificate.Dispose();
    }
}
