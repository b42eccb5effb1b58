using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>A session that has served its time ends, and a search that comes just then has its answer all the same.</summary>
public sealed class EndingSessionTests : IAsyncLifetime
{
    private readonly TestNode _node = new();
    private int _searches;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_search_that_meets_the_end_of_its_session_is_asked_again()
    {
        await using HostileServer server = new(peer => AnswerAsync(peer, endings: 1));
        await server.TrustByAsync(_node);

        Assert.Equal("docs/a.txt", Assert.Single(await SearchAsync()).File?.SharePath);
        Assert.Equal(2, _searches);
    }

    [Fact]
    public async Task It_is_asked_again_once()
    {
        await using HostileServer server = new(peer => AnswerAsync(peer, endings: int.MaxValue));
        await server.TrustByAsync(_node);

        Assert.Equal(PeerError.PeerShuttingDown, Assert.Single(await SearchAsync()).Failure?.Error);
        Assert.Equal(2, _searches);
    }

    private async Task AnswerAsync(HostilePeer peer, int endings)
    {
        uint stream = (await peer.UntilAsync(FrameType.Search)).Header.StreamId;
        if (Interlocked.Increment(ref _searches) <= endings)
        {
            await peer.SendAsync(FrameType.GoingAway, new GoingAway { Reason = (uint)CloseReason.Normal });
            await peer.SendAsync(FrameType.Error, new StreamError { Code = (uint)WireError.ShuttingDown }, stream);
            return;
        }

        await peer.SendAsync(FrameType.Entries, new Entries { Entries_ = { new Entry { Name = HostileTalk.Wire("docs", "a.txt") } } }, stream);
        await peer.SendAsync(FrameType.ListingEnd, new ListingEnd { Entries = 1 }, stream, last: true);
    }

    private async Task<List<SearchResult>> SearchAsync()
    {
        List<SearchResult> results = [];
        await foreach (SearchResult result in _node.Node.FindFilesAsync(new FindOptions { Timeout = Waiting.Patience }, TestNode.Patience))
        {
            results.Add(result);
        }

        return results;
    }
}
