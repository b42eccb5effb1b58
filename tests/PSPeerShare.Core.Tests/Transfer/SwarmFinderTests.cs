using System.Collections.Concurrent;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Tests.Trust;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Whom it is worth asking for a content.</summary>
public sealed class SwarmFinderTests : IAsyncLifetime
{
    private const int InVain = 8;

    private readonly TrustFixture _trust = new();
    private readonly SessionPool _sessions;
    private readonly ConcurrentQueue<int> _dialled = [];
    private readonly HashSet<NodeId> _announced = [];
    private readonly SwarmFinder _finder;
    private readonly RemoteFile _file = new(
        "a", "docs/a", "docs", 1 << 24, DateTimeOffset.UnixEpoch, Blake3Hasher.Hash("a"u8), "one", TrustFixture.Node(1));

    public SwarmFinderTests()
    {
        _sessions = new SessionPool(
            (address, _, _) =>
            {
                _dialled.Enqueue(address.Port);
                return Task.FromException<PeerConnection>(new PeerShareException(PeerError.PeerUnreachable));
            },
            _trust.Peers,
            TrustFixture.Self);
        _finder = new SwarmFinder(_sessions, Peers, _ => _announced, new TransferCounters(), EventLog.Null);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _sessions.DisposeAsync();
        _trust.Dispose();
    }

    [Fact]
    public async Task At_first_everyone_but_the_holder_is_asked_whatever_they_have_announced()
    {
        _announced.Add(TrustFixture.Node(2));

        await AskAsync();

        Assert.Equal([2, 3], _dialled.Order());
    }

    [Fact]
    public async Task After_many_questions_in_vain_only_who_has_announced_the_content_is()
    {
        LearnInVain();
        Assert.False(_finder.MayHaveOthers(_file));
        _announced.UnionWith([TrustFixture.Node(1), TrustFixture.Node(3)]);

        Assert.True(_finder.MayHaveOthers(_file));
        await AskAsync();

        Assert.Equal([3], _dialled);
    }

    [Fact]
    public void One_answer_and_everyone_is_worth_asking_again()
    {
        LearnInVain();
        _finder.Learn(isFound: true);

        Assert.True(_finder.MayHaveOthers(_file));
    }

    private static IEnumerable<PeerTarget> Peers() =>
        Enumerable.Range(1, 3).Select(i => new PeerTarget($"{i}", TrustFixture.Node(i), [$"127.0.0.1:{i}"]));

    private void LearnInVain()
    {
        for (int i = 0; i < InVain; i++)
        {
            _finder.Learn(isFound: false);
        }
    }

    private async Task AskAsync() =>
        Assert.False(await _finder.Find(_file, _file.Hash!.Value, TestNode.Patience).WaitToReadAsync(TestNode.Patience));
}
