using System.Net.Sockets;
using Google.Protobuf;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>T1, D2: nodes that speak the protocol and are not trusted, or only by one side, or come in crowds.</summary>
public sealed class StrangerTests : IAsyncLifetime
{
    private readonly TestNode _server = new();
    private readonly TestNode _friend = new();
    private int _port;

    public async Task InitializeAsync()
    {
        _server.Write("docs/open.txt", "open"u8.ToArray());
        _port = (await _server.StartAsync(_server.Folder("inbox"), [_server["docs"]])).Port;
        await _server.BefriendAsync(_friend);
    }

    public async Task DisposeAsync()
    {
        await _friend.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_stranger_learns_that_it_is_one_and_nothing_else()
    {
        using var certificate = TestCertificates.Make();
        using HostilePeer peer = await HostilePeer.DialAsync(_port, certificate);
        Hello hello = HostilePeer.MakeHello();

        // All at once, as one who hopes that something is acted on before the check.
        await peer.SendAsync((byte[])[
            .. FrameWriter.EncodeFrame(FrameType.Hello, FrameFlags.None, 0, hello),
            .. FrameWriter.EncodeFrame(FrameType.HelloAck, FrameFlags.None, 0, new HelloAck { Nonce = hello.Nonce }),
            .. FrameWriter.EncodeFrame(FrameType.Search, FrameFlags.Last, 1, new SearchRequest()),
            .. FrameWriter.EncodeFrame(FrameType.Control, FrameFlags.Last, 3, new ControlRequest { Stop = new ControlStop { Force = true } })]);

        (FrameHeader header, byte[] payload) = (await peer.ReceiveAsync())!.Value;
        Assert.Equal(FrameType.GoingAway, header.Type);
        Assert.Equal((CloseReason.NotTrusted, ""), ((CloseReason)GoingAway.Parser.ParseFrom(payload).Reason, GoingAway.Parser.ParseFrom(payload).Detail));
        Assert.Null(await peer.ReceiveAsync());
    }

    [Theory]
    [InlineData((int)FrameType.Search)]
    [InlineData((int)FrameType.Browse)]
    [InlineData((int)FrameType.Fetch)]
    [InlineData((int)FrameType.Describe)]
    [InlineData((int)FrameType.Push)]
    [InlineData((int)FrameType.WhoHas)]
    [InlineData((int)FrameType.Subscribe)]
    [InlineData((int)FrameType.Control)]
    public async Task The_door_for_pairing_leads_to_no_request(int opening)
    {
        using HostileClient stranger = new(_port);
        HostilePeer peer = await stranger.ConnectAsync(Alpn.Pair);

        await peer.SendAsync((FrameType)opening, [], 1, last: true);

        Assert.Equal(CloseReason.UnexpectedFrame, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task Pairing_by_code_is_refused_while_nobody_offers_it()
    {
        using HostileClient stranger = new(_port);
        await stranger.ConnectAsync(Alpn.Pair);

        List<(FrameHeader Header, byte[] Payload)> heard = await stranger.AskAsync(FrameType.PairStep, new PairStep { Step = 1, Values = { ByteString.CopyFrom(new byte[1000]) } });

        Assert.Equal(WireError.NotFound, HostileClient.CodeOf(Assert.Single(heard)));
    }

    [Fact]
    public async Task Trust_by_one_side_only_is_a_clear_error_for_each()
    {
        await using TestNode other = new();
        await other.Node.AddPeerAsync(
            new AddPeerOptions { NodeId = _server.Node.GetIdentity().NodeId, Addresses = [$"127.0.0.1:{_port}"], Name = "server" }, TestNode.Patience);
        PeerShareException unknown = Assert.Single(await SearchAsync(other, other.Node.ResolvePeer("server"))).Failure!;
        Assert.Equal((PeerError.NotTrustedByPeer, "server"), (unknown.Error, unknown.Target));

        await using TestNode third = new();
        await _server.Node.AddPeerAsync(new AddPeerOptions { NodeId = third.Node.GetIdentity().NodeId, Name = "third" }, TestNode.Patience);
        PeerShareException untrusted = Assert.Single(await SearchAsync(third, third.Node.ResolvePeer($"127.0.0.1:{_port}"))).Failure!;
        Assert.Equal(PeerError.PeerNotTrusted, untrusted.Error);
    }

    [Fact]
    public async Task Two_hundred_idle_callers_are_bounded_and_a_friend_is_still_served()
    {
        List<Socket> idle = [];
        using var certificate = TestCertificates.Make();
        List<HostilePeer> silent = [];
        try
        {
            for (int i = 0; i < 200; i++)
            {
                idle.Add(await HostilePeer.ConnectAsync(_port));
            }

            await Waiting.UntilAsync(() => idle.Count(IsOpen) <= Limits.UnauthenticatedConnections);
            for (int i = 0; i < 40; i++)
            {
                HostilePeer peer = await HostilePeer.DialAsync(_port, certificate, Alpn.Pair);
                await peer.GreetAsync();
                silent.Add(peer);
            }

            await using TestNode newcomer = new();
            await _server.BefriendAsync(newcomer);
            foreach (TestNode honest in (TestNode[])[_friend, newcomer])
            {
                RemoteFile found = Assert.Single(await honest.FindAsync());
                TransferInfo result = Assert.Single(await honest.FetchAsync(new FetchOptions { Destination = honest.Folder("in") }, found));
                Assert.Equal(TransferStatus.Completed, result.Status);
            }

            await Waiting.UntilAsync(() => idle.Count(IsOpen) + silent.Count(peer => !peer.HasUnread) <= Limits.UnauthenticatedConnections);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
            silent.ForEach(peer => peer.Dispose());
        }
    }

    private static bool IsOpen(Socket socket)
    {
        try
        {
            return !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<List<SearchResult>> SearchAsync(TestNode node, PeerTarget target)
    {
        List<SearchResult> results = [];
        await foreach (SearchResult result in node.Node.FindFilesAsync(new FindOptions { Peers = [target] }, TestNode.Patience))
        {
            results.Add(result);
        }

        return results;
    }
}
