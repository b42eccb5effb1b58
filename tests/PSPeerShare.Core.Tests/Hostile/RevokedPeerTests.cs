using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>A1: what is withdrawn is withdrawn at the next frame, whatever is under way.</summary>
public sealed class RevokedPeerTests : IAsyncLifetime
{
    private const PeerRights Everything = PeerRights.Browse | PeerRights.Read | PeerRights.Write;

    private readonly TestNode _server = new();
    private HostileClient _client = null!;

    public async Task InitializeAsync()
    {
        _server.Write("docs/large.bin", new byte[4_000_000]);
        for (int i = 0; i < 3000; i++)
        {
            _server.Write($"many/{new string('n', 200)}{i}", []);
        }

        await _server.StartAsync(_server.Folder("inbox"), [_server["docs"], _server["many"]]);
        _client = await HostileClient.BefriendAsync(_server, Everything);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_removed_peer_is_cut_off_in_the_midst_of_a_fetch_and_does_not_come_back()
    {
        await BeginFetchAsync();

        await _server.Node.RemovePeerAsync(_client.Id, TestNode.Patience);

        Assert.Equal(CloseReason.TrustRevoked, await _client.Peer.ReadGoodbyeAsync());
        HostilePeer again = await HostilePeer.DialAsync((await _server.Node.GetServerAsync(TestNode.Patience))!.Port, _client.Certificate);
        Assert.Equal(CloseReason.NotTrusted, await again.ReadGoodbyeAsync());
        again.Dispose();
    }

    [Fact]
    public async Task Who_may_not_read_any_more_gets_no_more_than_the_frame_under_way()
    {
        uint stream = await BeginFetchAsync();

        await _server.Node.SetPeerAsync(_client.Id, new PeerChange { Allow = PeerRights.Browse }, TestNode.Patience);

        await _client.Peer.SendAsync(FrameType.Credit, new Credit { Bytes = 8 << 20 }, stream);
        List<(FrameHeader Header, byte[] Payload)> rest = await HearItemAsync(stream);
        Assert.True(rest.Where(frame => frame.Header.Type == FrameType.Data).Sum(frame => frame.Header.Length) <= 512 * 1024);
        Assert.Equal(WireError.NotFound, HostileClient.CodeOf(rest[^1]));
    }

    [Fact]
    public async Task Who_may_not_browse_any_more_sees_a_listing_end_in_its_midst()
    {
        uint stream = await _client.OpenAsync(FrameType.Search, new SearchRequest(), last: true);
        await _client.Peer.UntilAsync(FrameType.Entries);

        await _server.Node.SetPeerAsync(_client.Id, new PeerChange { Allow = PeerRights.Read }, TestNode.Patience);

        await _client.Peer.SendAsync(FrameType.Credit, new Credit { Bytes = 8 << 20 }, stream);
        List<(FrameHeader Header, byte[] Payload)> rest = await _client.HearAsync(stream);
        Assert.Equal(WireError.NotFound, HostileClient.CodeOf(rest[^1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_push_under_way_leaves_nothing_when_its_peer_may_not_write_any_more(bool isRemoved)
    {
        uint stream = await _client.OpenAsync(FrameType.Push, new PushRequest());
        PushItem item = new() { Length = 1_000_000, Segments = { ByteString.CopyFromUtf8("a.bin") } };
        await _client.Peer.SendAsync(FrameType.PushOffer, new PushOffer { Items = { item } }, stream);
        await _client.Peer.UntilAsync(FrameType.PushVerdicts);
        await _client.Peer.HeadAsync(stream, 0, 1_000_000);
        await _client.Peer.SendAsync(FrameType.Data, new byte[500_000], stream);

        if (isRemoved)
        {
            await _server.Node.RemovePeerAsync(_client.Id, TestNode.Patience);
            Assert.Equal(CloseReason.TrustRevoked, await _client.Peer.ReadGoodbyeAsync());
        }
        else
        {
            await _server.Node.SetPeerAsync(_client.Id, new PeerChange { Allow = PeerRights.Read }, TestNode.Patience);
            await _client.Peer.SendAsync(FrameType.Data, new byte[500_000], stream);
            await _client.Peer.EndAsync(stream, 0, HostileTalk.RootOf(new byte[1_000_000]));
            Assert.Equal(WireError.Refused, HostileClient.CodeOf(await _client.Peer.UntilAsync(FrameType.Error, FrameType.Committed)));
        }

        await _server.Node.StopServerAsync(TimeSpan.FromSeconds(20), force: true, TestNode.Patience);
        Assert.Empty(Directory.EnumerateFiles(_server["inbox"], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }));
    }

    private async Task<uint> BeginFetchAsync()
    {
        uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
        FetchItem item = new() { Name = HostileTalk.Wire("docs", "large.bin") };
        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { item } }, stream);
        await _client.Peer.UntilAsync(FrameType.Data);
        return stream;
    }

    private async Task<List<(FrameHeader Header, byte[] Payload)>> HearItemAsync(uint stream)
    {
        List<(FrameHeader Header, byte[] Payload)> heard = [];
        do
        {
            heard.Add(await _client.Peer.UntilAsync(FrameType.Data, FrameType.ItemEnd, FrameType.ItemError, FrameType.Error));
            Assert.Equal(stream, heard[^1].Header.StreamId);
        }
        while (heard[^1].Header.Type == FrameType.Data);
        return heard;
    }
}
