using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Tests.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>How much is done at once for peers, and where.</summary>
public sealed class SlowWorkTests : IDisposable
{
    private readonly SlowWork _work = new(atOnceForAll: 3, atOnceForPeer: 2);
    private readonly ManualResetEventSlim _mayEnd = new();

    private static NodeId One { get; } = TrustFixture.Node(1);

    private static NodeId Two { get; } = TrustFixture.Node(2);

    public void Dispose() => _mayEnd.Dispose();

    [Fact]
    public async Task One_peer_takes_its_share_and_all_together_what_there_is()
    {
        Task<bool>[] ofOne = [.. Enumerable.Range(0, 20).Select(_ => HoldAsync(One))];
        await Waiting.UntilAsync(() => _work.Running == 2);

        Task<bool>[] ofTwo = [.. Enumerable.Range(0, 20).Select(_ => HoldAsync(Two))];
        await Waiting.UntilAsync(() => _work.Running == 3);

        _mayEnd.Set();
        bool[] onPool = await Task.WhenAll([.. ofOne, .. ofTwo]).Within();
        Assert.DoesNotContain(true, onPool);
        Assert.Equal(0, _work.Running);
    }

    [Fact]
    public async Task What_waits_can_be_cancelled_and_takes_no_room_along()
    {
        Task<bool>[] held = [HoldAsync(One), HoldAsync(One)];
        using CancellationTokenSource stop = new();
        Task<bool> waiting = _work.RunAsync(One, () => true, stop.Token);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        _mayEnd.Set();
        await Task.WhenAll(held).Within();

        Assert.True(await _work.RunAsync(One, () => true, CancellationToken.None).Within());
    }

    [Fact]
    public async Task Work_that_fails_gives_its_room_back()
    {
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<PeerShareException>(
                () => _work.RunAsync<bool>(One, () => throw new PeerShareException(PeerError.FileNotFound), CancellationToken.None).Within());
        }

        Assert.Equal(0, _work.Running);
    }

    [Fact]
    public async Task A_walk_that_finds_nothing_gives_others_their_turn()
    {
        SlowWork alone = new(atOnceForAll: 1, atOnceForPeer: 1);
        using SlicedWalk endless = new(alone, One, Endless(), static _ => false);
        Assert.Empty(await endless.NextAsync(CancellationToken.None).Within());
        Assert.False(endless.IsOver);

        Assert.True(await alone.RunAsync(Two, () => true, CancellationToken.None).Within());
    }

    private static IEnumerable<CatalogEntry> Endless()
    {
        while (true)
        {
            yield return null!;
        }
    }

    private Task<bool> HoldAsync(NodeId peer) => _work.RunAsync(
        peer,
        () =>
        {
            Assert.True(_mayEnd.Wait(Waiting.Patience));
            return Thread.CurrentThread.IsThreadPoolThread;
        },
        CancellationToken.None);
}
