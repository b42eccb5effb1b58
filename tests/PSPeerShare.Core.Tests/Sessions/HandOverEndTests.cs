using System.Security.Cryptography;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Tests.Trust;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>What counts as delivered when a hand-over ends, who learns of it, and what stays open.</summary>
public sealed class HandOverEndTests : IAsyncLifetime
{
    private readonly TestNode _sender = new();
    private readonly TestNode _receiver = new();

    public Task InitializeAsync()
    {
        _sender.Write("out/one.txt", "one"u8.ToArray());
        _sender.Write("out/tree/deep/two.txt", "two"u8.ToArray());
        _sender.Write("out/tree/three.txt", "three"u8.ToArray());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _sender.DisposeAsync();
    }

    [Fact]
    public async Task What_was_away_when_the_receiver_came_is_not_delivered_though_it_is_there_again()
    {
        await using PeerNodeHandOver offer = Offer("out/tree");
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);
        Directory.Move(_sender["out", "tree", "deep"], _sender["away"]);
        IReadOnlyList<SearchResult> found = await _receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience);
        NodePair.AssertCompleted(Assert.Single(await FetchAsync(found, _receiver)));
        Directory.Move(_sender["away"], _sender["out", "tree", "deep"]);

        _receiver.Node.ConfirmReceived(found);

        IReadOnlyList<TransferInfo> sent = await waiting;
        NodePair.AssertCompleted(sent.Single(file => file.SharePath == "tree/three.txt"));
        TransferInfo failed = sent.Single(file => file.SharePath == "tree/deep/two.txt");
        NodePair.AssertFailed(PeerError.HandOverFailed, failed);
        Assert.Equal(_sender["out", "tree", "deep", "two.txt"], failed.Error!.Target);
        Assert.Null(failed.Hash);
    }

    [Fact]
    public async Task What_the_receiver_had_already_counts_as_delivered()
    {
        _receiver.Write("in/one.txt", "one"u8.ToArray());
        await using PeerNodeHandOver offer = Offer("out/one.txt");

        Assert.Equal(TransferStatus.Unchanged, Assert.Single(await ReceiveAsync(offer)).Status);

        TransferInfo sent = Assert.Single(await offer.WaitAsync(TestNode.Patience));
        NodePair.AssertCompleted(sent);
        Assert.NotNull(sent.Hash);
    }

    [Fact]
    public async Task Where_something_was_left_out_the_sender_learns_that_the_rest_is_there()
    {
        File.WriteAllText(Path.Combine(_sender.Folder("out/odd"), "line\nbreak"), "x");
        _sender.Write("out/odd/plain.txt", "plain"u8.ToArray());
        await using PeerNodeHandOver offer = Offer("out/odd");
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);

        NodePair.AssertCompleted(Assert.Single(await ReceiveAsync(offer)));

        TransferInfo sent = Assert.Single(await waiting);
        NodePair.AssertCompleted(sent);
        Assert.Equal("odd/plain.txt", sent.SharePath);
    }

    [Fact]
    public async Task What_fails_at_the_receiver_can_be_tried_again_with_the_same_code()
    {
        _receiver.Write("in/one.txt", "another"u8.ToArray());
        await using PeerNodeHandOver offer = Offer("out/one.txt");
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);
        IReadOnlyList<SearchResult> found = await _receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience);
        TransferInfo failed = Assert.Single(await FetchAsync(found, _receiver));
        NodePair.AssertFailed(PeerError.DestinationExists, failed);

        Assert.False(_receiver.Node.ConfirmReceived(found, failed));

        Assert.False(waiting.IsCompleted);
        File.Delete(_receiver["in", "one.txt"]);
        NodePair.AssertCompleted(Assert.Single(await ReceiveAsync(offer)));
        NodePair.AssertCompleted(Assert.Single(await waiting));
    }

    [Fact]
    public async Task A_hand_over_that_is_finished_says_so_to_whoever_comes_again()
    {
        await using PeerNodeHandOver offer = Offer("out/one.txt");
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);
        Assert.Single(await ReceiveAsync(offer));
        await waiting;

        PeerShareException late = await Assert.ThrowsAsync<PeerShareException>(() => ReceiveAsync(offer));
        await offer.DisposeAsync();
        PeerShareException later = await Assert.ThrowsAsync<PeerShareException>(() => ReceiveAsync(offer));

        Assert.Equal((PeerError.PairingNotOpen, PeerError.PeerUnreachable), (late.Error, later.Error));
        Assert.All([late, later], e => Assert.Contains("it is finished or was withdrawn, and its code is spent", e.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_end_of_one_hand_over_cuts_off_no_other_of_the_same_node()
    {
        await _receiver.StartAsync();
        _sender.Write("out/big.bin", RandomNumberGenerator.GetBytes(4_000_000));
        await using PeerNodeHandOver first = Offer("out/one.txt");
        await using PeerNodeHandOver second = Offer("out/big.bin");
        IReadOnlyList<SearchResult> found = await _receiver.Node.ReceiveAsync(second.Code, [At(second)], TestNode.Patience);
        await using TransferJob<RemoteFile> job = _receiver.Node.BeginFetch(
            new FetchOptions { Destination = _receiver["in"], DestinationIsFolder = true, RateLimit = 2_000_000 });
        job.Add(found[0].File!, 0);
        job.Complete();
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 0);

        Assert.Single(await ReceiveAsync(first));

        // Whoever stands in no book is hung up on now, unless there is something to do with them.
        await _receiver.Node.AddPeerAsync(new AddPeerOptions { NodeId = TrustFixture.Node(7) }, TestNode.Patience);
        NodePair.AssertCompleted(Assert.Single(await TestNode.ReadAllAsync(job)));
    }

    [Fact]
    public async Task To_have_received_one_offer_says_nothing_of_another_of_the_same_home()
    {
        await using PeerNodeHandOver first = Offer("out/one.txt");
        await using PeerNodeHandOver second = Offer("out/tree");
        Task<IReadOnlyList<TransferInfo>> waiting = first.WaitAsync(TestNode.Patience);
        await using (TestNode guest = new())
        {
            Assert.Single(await guest.Node.ReceiveAsync(first.Code, [At(first)], TestNode.Patience));
            Assert.Equal(2, (await HandOverSide.ReceiveAsync(second, guest)).Count);
            Assert.Equal(2, (await second.WaitAsync(TestNode.Patience)).Count);
        }

        await first.DisposeAsync();
        Assert.Equal(PeerError.HandOverFailed, (await Assert.ThrowsAsync<PeerShareException>(() => waiting)).Error);
    }

    [Fact]
    public async Task Where_nothing_can_be_handed_over_nobody_is_waited_for()
    {
        await using PeerNodeHandOver offer = Offer("out/missing.txt", "out/nothing");

        Assert.True(offer.IsEmpty);
        Assert.Equal(0, offer.Port);
        Assert.Equal(
            [(PeerError.PathNotFound, _sender["out", "missing.txt"]), (PeerError.PathNotFound, _sender["out", "nothing"])],
            offer.LeftOut.Select(failure => (failure.Error, failure.Target)));
    }

    private static string At(PeerNodeHandOver offer) => HandOverSide.At(offer);

    private PeerNodeHandOver Offer(params string[] paths) => HandOverSide.Offer(_sender, paths);

    private Task<List<TransferInfo>> ReceiveAsync(PeerNodeHandOver offer) => HandOverSide.ReceiveAsync(offer, _receiver);

    private static Task<List<TransferInfo>> FetchAsync(IReadOnlyList<SearchResult> found, TestNode receiver) => HandOverSide.FetchAsync(found, receiver);
}
