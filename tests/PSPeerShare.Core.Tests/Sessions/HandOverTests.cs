using System.Security.Cryptography;
using System.Text;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Files for whoever types a code: these, whole, and nothing else of either side.</summary>
public sealed class HandOverTests : IAsyncLifetime
{
    private readonly TestNode _sender = new();
    private readonly TestNode _receiver = new();

    public Task InitializeAsync()
    {
        _sender.Write("out/one.txt", "one"u8.ToArray());
        _sender.Write("out/tree/deep/two.txt", "two"u8.ToArray());
        _sender.Write("out/tree/three.txt", "three"u8.ToArray());
        _sender.Write("out/secret.txt", "secret"u8.ToArray());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _sender.DisposeAsync();
    }

    [Fact]
    public async Task Exactly_the_offered_files_arrive_and_nobody_gets_into_a_peer_book()
    {
        await using PeerNodeHandOver offer = Offer("out/one.txt", "out/tree");
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);

        List<TransferInfo> received = await ReceiveAsync(offer);

        Assert.All(received, NodePair.AssertCompleted);
        NodePair.AssertHolds(_receiver["in"], "one.txt", "tree/deep/two.txt", "tree/three.txt");
        Assert.Equal("two", File.ReadAllText(_receiver["in", "tree", "deep", "two.txt"]));
        IReadOnlyList<TransferInfo> sent = await waiting;
        Assert.Equal(["one.txt", "tree/deep/two.txt", "tree/three.txt"], sent.Select(file => file.SharePath).Order(StringComparer.Ordinal));
        Assert.All(sent, file => Assert.Equal((TransferStatus.Completed, true), (file.Status, file.Hash is not null)));
        Assert.All(sent, file => Assert.InRange(file.Duration, received.Max(r => r.Duration), Waiting.Patience));
        Assert.Empty(_sender.Node.GetPeers());
        Assert.Empty(_receiver.Node.GetPeers());
    }

    [Fact]
    public async Task Between_nodes_that_trust_each_other_it_is_still_these_files_and_leaves_no_address()
    {
        await _sender.StartAsync(_sender.Folder("shared"));
        _sender.Write("shared/not-handed-over.txt", "x"u8.ToArray());
        await _sender.BefriendAsync(_receiver);
        Assert.Single(await _receiver.FindAsync());
        string[] known = [.. _receiver.Node.GetPeers()[0].Addresses];
        await using PeerNodeHandOver offer = Offer("out/one.txt");

        List<TransferInfo> received = await ReceiveAsync(offer);

        Assert.Equal("one.txt", Assert.Single(received).SharePath);
        NodePair.AssertHolds(_receiver["in"], "one.txt");
        Assert.Equal(known, _receiver.Node.GetPeers()[0].Addresses);
        Assert.Equal("shared/not-handed-over.txt", Assert.Single(await _receiver.FindAsync()).SharePath);
    }

    [Fact]
    public async Task While_files_are_handed_over_a_search_asks_the_node_and_not_the_hand_over()
    {
        _sender.Write("shared/not-handed-over.txt", "x"u8.ToArray());
        await _sender.StartAsync(_sender["shared"]);
        await _sender.BefriendAsync(_receiver);
        await using PeerNodeHandOver offer = Offer("out/one.txt");
        IReadOnlyList<SearchResult> handed = await _receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience);

        Assert.Equal("shared/not-handed-over.txt", Assert.Single(await _receiver.FindAsync()).SharePath);
        TransferInfo other = Assert.Single(await _receiver.FetchAsync(
            new FetchOptions { Destination = _receiver["other"] }, handed.Select(result => result.File! with { Addresses = null })));
        NodePair.AssertFailed(PeerError.FileNotFound, other);
        NodePair.AssertCompleted(Assert.Single(await FetchAsync(handed, _receiver)));
    }

    [Fact]
    public async Task The_address_of_a_hand_over_leads_nobody_in_who_does_not_come_by_its_code()
    {
        await using PeerNodeHandOver offer = Offer("out/one.txt");
        await _receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience);
        PeerTarget address = _receiver.Node.ResolvePeer(At(offer));

        PeerProbe probe = await _receiver.Node.TestPeerAsync(address, TimeSpan.FromSeconds(20), TestNode.Patience);
        List<SearchResult> found = [];
        await foreach (SearchResult result in _receiver.Node.FindFilesAsync(new FindOptions { Peers = [address] }, TestNode.Patience))
        {
            found.Add(result);
        }

        Assert.Equal((false, PeerError.PeerNotTrusted), (probe.IsReachable, probe.Error?.Error));
        Assert.Equal((null, PeerError.PeerNotTrusted), (Assert.Single(found).File, found[0].Failure?.Error));
    }

    [Fact]
    public async Task What_was_cut_off_is_gone_on_with_by_the_same_code()
    {
        byte[] content = RandomNumberGenerator.GetBytes(20_000_000);
        _sender.Write("out/big.bin", content);
        await using PeerNodeHandOver offer = Offer("out/big.bin");
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);
        using FaultProxy proxy = new(offer.Port);
        IReadOnlyList<SearchResult> found = await _receiver.Node.ReceiveAsync(offer.Code, [$"127.0.0.1:{proxy.Port}"], TestNode.Patience);
        await using (TransferJob<RemoteFile> job = _receiver.Node.BeginFetch(
            new FetchOptions { Destination = _receiver["in"], DestinationIsFolder = true, RateLimit = 8_000_000 }))
        {
            job.Add(found[0].File!, 0);
            job.Complete();
            await Waiting.UntilAsync(() => job.Sample().BytesDone > 10_000_000);
            proxy.CutNow();
        }

        Assert.False(waiting.IsCompleted);
        TransferInfo second = Assert.Single(await ReceiveAsync(offer));

        NodePair.AssertCompleted(second);
        Assert.InRange(second.BytesReused, 1, content.Length);
        Assert.Equal(content, File.ReadAllBytes(_receiver["in", "big.bin"]));
        Assert.Single(await waiting);
    }

    [Fact]
    public async Task Several_offers_wait_at_once_each_with_its_own_code_and_files()
    {
        await using PeerNodeHandOver first = Offer("out/one.txt");
        await using PeerNodeHandOver second = Offer("out/tree");

        Assert.NotEqual((first.Code, first.Port), (second.Code, second.Port));
        Assert.Equal(2, (await ReceiveAsync(second)).Count);
        Assert.Equal("one.txt", Assert.Single(await ReceiveAsync(first)).SharePath);
    }

    [Fact]
    public async Task A_name_with_the_characters_of_a_pattern_is_a_name()
    {
        string[] names = ["[o]ne.txt", "back`tick.txt", .. OperatingSystem.IsWindows() ? Array.Empty<string>() : ["on?.txt", "*.txt"]];
        foreach (string name in names)
        {
            _sender.Write($"out/{name}", Encoding.UTF8.GetBytes(name));
            _sender.Write($"out/[tree]/{name}", Encoding.UTF8.GetBytes(name));
        }

        await using PeerNodeHandOver offer = Offer([.. names.Select(name => $"out/{name}"), "out/[tree]"]);
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);

        List<TransferInfo> received = await ReceiveAsync(offer);

        Assert.Empty(offer.LeftOut);
        Assert.All(received, NodePair.AssertCompleted);
        NodePair.AssertHolds(_receiver["in"], [.. names, .. names.Select(name => $"[tree]/{name}")]);
        Assert.All(names, name => Assert.Equal(name, File.ReadAllText(_receiver["in", "[tree]", name])));
        Assert.Equal(received.Select(file => file.SharePath).Order(StringComparer.Ordinal), (await waiting).Select(file => file.SharePath).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_wrong_code_is_refused_and_ends_the_offer_at_both_ends()
    {
        await using PeerNodeHandOver offer = Offer("out/one.txt");
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);

        PeerShareException refused = await Assert.ThrowsAsync<PeerShareException>(
            () => _receiver.Node.ReceiveAsync(PairingCode.Create().Reveal(), [At(offer)], TestNode.Patience));

        Assert.Equal(PeerError.PairingCodeRefused, refused.Error);
        Assert.Equal(PeerError.HandOverFailed, (await Assert.ThrowsAsync<PeerShareException>(() => waiting)).Error);
        Assert.Equal(
            PeerError.PairingNotOpen,
            (await Assert.ThrowsAsync<PeerShareException>(() => _receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience))).Error);
    }

    [Fact]
    public async Task A_code_for_files_makes_no_trust_and_a_code_for_trust_hands_nothing_over()
    {
        ServerInfo server = await _sender.StartAsync();
        string trust = (await _sender.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience)).Code!;
        await using PeerNodeHandOver offer = Offer("out/one.txt");

        PeerShareException atNode = await Assert.ThrowsAsync<PeerShareException>(
            () => _receiver.Node.ReceiveAsync(trust, [$"127.0.0.1:{server.Port}"], TestNode.Patience));
        PeerShareException atOffer = await Assert.ThrowsAsync<PeerShareException>(
            () => _receiver.Node.AddPeerByCodeAsync(offer.Code, new AddPeerOptions { Addresses = [At(offer)] }, TestNode.Patience));

        Assert.Equal((PeerError.PairingNotOpen, PeerError.PairingNotOpen), (atNode.Error, atOffer.Error));
        Assert.Single(await ReceiveAsync(offer));
        await _receiver.Node.AddPeerByCodeAsync(trust, new AddPeerOptions { Addresses = [$"127.0.0.1:{server.Port}"] }, TestNode.Patience);
    }

    [Fact]
    public async Task A_folder_of_which_something_cannot_be_handed_over_says_so_and_the_rest_arrives()
    {
        File.WriteAllText(Path.Combine(_sender.Folder("out/odd"), "line\nbreak"), "x");
        _sender.Write("out/odd/plain.txt", "plain"u8.ToArray());
        await using PeerNodeHandOver offer = Offer("out/odd");

        Assert.Equal(PeerError.EntriesLeftOut, Assert.Single(offer.LeftOut).Error);
        IReadOnlyList<SearchResult> found = await _receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience);

        Assert.Equal("odd/plain.txt", Assert.Single(found, result => result.File is not null).File!.SharePath);
        Assert.All(found.Where(result => result.File is null), result => Assert.Equal(PeerError.EntriesLeftOut, result.Failure!.Error));
    }

    [Fact]
    public async Task Once_withdrawn_nobody_gets_anything()
    {
        PeerNodeHandOver offer = Offer("out/one.txt");
        IReadOnlyList<SearchResult> found = await _receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience);
        await offer.DisposeAsync();

        TransferInfo failed = Assert.Single(await _receiver.FetchAsync(
            new FetchOptions { Destination = _receiver["in"] }, found.Select(result => result.File!)));

        Assert.NotNull(failed.Error);
        NodePair.AssertHolds(_receiver["in"]);
    }

    [Fact]
    public async Task All_that_a_ticket_shows_is_received_without_trust()
    {
        await _sender.StartAsync(_sender["out", "tree"]);
        TicketInfo ticket = await _sender.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);

        IReadOnlyList<SearchResult> found = await _receiver.Node.ReceiveByTicketAsync(ticket.Ticket, TestNode.Patience);
        List<TransferInfo> received = await _receiver.FetchAsync(
            new FetchOptions { Destination = _receiver["in"] }, found.Select(result => result.File!));

        Assert.Equal(2, received.Count);
        Assert.All(received, NodePair.AssertCompleted);
        Assert.Empty(_sender.Node.GetPeers());
        Assert.Empty(_receiver.Node.GetPeers());
    }

    private static string At(PeerNodeHandOver offer) => HandOverSide.At(offer);

    private PeerNodeHandOver Offer(params string[] paths) => HandOverSide.Offer(_sender, paths);

    private Task<List<TransferInfo>> ReceiveAsync(PeerNodeHandOver offer) => HandOverSide.ReceiveAsync(offer, _receiver);

    private static Task<List<TransferInfo>> FetchAsync(IReadOnlyList<SearchResult> found, TestNode receiver) => HandOverSide.FetchAsync(found, receiver);
}
