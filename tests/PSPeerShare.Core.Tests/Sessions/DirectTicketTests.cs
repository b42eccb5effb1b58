using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Tickets that are used as they are: nobody gets into a peer book.</summary>
public sealed class DirectTicketTests : IAsyncLifetime
{
    private readonly TestNode _issuer = new();
    private readonly TestNode _guest = new();

    public async Task InitializeAsync()
    {
        _issuer.Write("docs/a.txt", new byte[600]);
        _issuer.Write("docs/reports/r.txt", new byte[600]);
        _issuer.Write("other/b.txt", new byte[600]);
        await _issuer.StartAsync(_issuer.Folder("inbox"), [_issuer["docs"], _issuer["other"]]);
    }

    public async Task DisposeAsync()
    {
        await _guest.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Finding_and_fetching_is_one_use_and_leaves_no_entry_in_either_book()
    {
        TicketInfo ticket = await NewAsync();

        List<RemoteFile> found = await FindAsync(ticket);
        List<TransferInfo> fetched = await FetchAsync(found);

        Assert.Equal(3, found.Count);
        Assert.All(fetched, NodePair.AssertCompleted);
        Assert.Empty(_issuer.Node.GetPeers());
        Assert.Empty(_guest.Node.GetPeers());
        Assert.Equal((TicketState.Used, 0), (_issuer.Node.GetTickets()[0].State, _issuer.Node.GetTickets()[0].UsesLeft));
    }

    [Fact]
    public async Task A_ticket_for_a_place_shows_and_sends_nothing_else()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { Share = "docs", Path = "reports" });

        RemoteFile found = Assert.Single(await FindAsync(ticket));
        TransferInfo outside = Assert.Single(await FetchAsync([found with { Name = "a.txt", SharePath = "docs/a.txt" }]));

        Assert.Equal("docs/reports/r.txt", found.SharePath);
        NodePair.AssertFailed(PeerError.FileNotFound, outside);
        NodePair.AssertCompleted(Assert.Single(await FetchAsync([found])));
    }

    [Fact]
    public async Task A_path_is_expanded_by_a_ticket()
    {
        TicketInfo ticket = await NewAsync();

        List<string> paths = [];
        await foreach (RemoteFile file in _guest.Node.ExpandByTicketAsync(ticket.Ticket, "docs", recurse: true, withHashes: false, TestNode.Patience))
        {
            paths.Add(file.SharePath);
            Assert.DoesNotContain(ticket.Ticket, $"{file}", StringComparison.Ordinal);
        }

        Assert.Equal(["docs/a.txt", "docs/reports/r.txt"], paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_limit_of_bytes_holds_over_all_files_and_survives_a_restart()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { Bytes = 1000 });
        List<RemoteFile> found = await FindAsync(ticket);

        NodePair.AssertCompleted(Assert.Single(await FetchAsync([found[0]])));
        NodePair.AssertFailed(PeerError.TicketSpent, Assert.Single(await FetchAsync([found[1]])));
        Assert.Equal(400, _issuer.Node.GetTickets()[0].Bytes);

        int port = (await _issuer.Node.GetServerAsync(TestNode.Patience))!.Port;
        await _issuer.Node.StopServerAsync(TimeSpan.FromSeconds(5), force: true, TestNode.Patience);
        await _issuer.StartAsync(new ServerOptions { Paths = [_issuer["docs"], _issuer["other"]], Port = port });
        NodePair.AssertFailed(PeerError.TicketSpent, Assert.Single(await FetchAsync([found[2]])));
        Assert.Equal(400, _issuer.Node.GetTickets()[0].Bytes);
    }

    [Fact]
    public async Task A_ticket_with_a_limit_of_bytes_makes_no_lasting_trust()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { Bytes = 1000 });

        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(
            () => _guest.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket }, TestNode.Patience));

        Assert.Equal(PeerError.TicketNotLasting, failure.Error);
        Assert.Empty(_issuer.Node.GetPeers());
        Assert.Equal(3, (await FindAsync(ticket)).Count);
    }

    [Fact]
    public async Task A_revoked_ticket_ends_what_is_under_way()
    {
        _issuer.Write("docs/large.bin", new byte[64 << 20]);
        TicketInfo ticket = await NewAsync();
        RemoteFile large = (await FindAsync(ticket)).Single(file => file.Name == "large.bin");
        await using TransferJob<RemoteFile> job = _guest.Node.BeginFetch(
            new FetchOptions { Destination = _guest["in"], RateLimit = 4 << 20 });
        job.Add(large);
        job.Complete();
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 0);

        await _issuer.Node.RevokeTicketAsync(ticket.Id, TestNode.Patience);

        TransferInfo ended = Assert.Single(await TestNode.ReadAllAsync(job));
        Assert.NotNull(ended.Error);
        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(() => FindAsync(ticket));
        Assert.Equal(PeerError.TicketRefused, failure.Error);
    }

    [Fact]
    public async Task A_ticket_is_no_way_into_the_inbox()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { Allow = PeerRights.Browse | PeerRights.Read | PeerRights.Write });
        await FindAsync(ticket);
        string file = _guest.Write("mine.txt", "mine"u8.ToArray());
        ServerInfo server = (await _issuer.Node.GetServerAsync(TestNode.Patience))!;
        PushOptions options = new() { Peers = [new PeerTarget("issuer", server.NodeId, [$"127.0.0.1:{server.Port}"])] };

        TransferInfo pushed = Assert.Single(await _guest.PushAsync(options, PeerNode.ExpandLocal(file, recurse: false)));

        NodePair.AssertFailed(PeerError.PushRefused, pushed);
    }

    [Fact]
    public async Task A_share_for_named_peers_is_not_shown_to_a_ticket_for_every_share()
    {
        _issuer.Write("secret/s.txt", new byte[10]);
        await _issuer.Node.AddShareAsync(
            new Core.Catalog.ShareOptions { Path = _issuer["secret"], Peers = [Trust.TrustFixture.Node(7)] }, TestNode.Patience);

        List<RemoteFile> found = await FindAsync(await NewAsync());

        Assert.DoesNotContain(found, file => file.Share == "secret");
    }

    private Task<TicketInfo> NewAsync(TicketOptions? options = null) =>
        _issuer.Node.NewTicketAsync(options ?? new TicketOptions(), TestNode.Patience);

    private async Task<List<RemoteFile>> FindAsync(TicketInfo ticket)
    {
        List<RemoteFile> found = [];
        await foreach (SearchResult result in _guest.Node.FindFilesByTicketAsync(ticket.Ticket, new FindOptions(), TestNode.Patience))
        {
            found.Add(result.File ?? throw result.Failure!);
        }

        return found;
    }

    private Task<List<TransferInfo>> FetchAsync(IEnumerable<RemoteFile> files) =>
        _guest.FetchAsync(new FetchOptions { Destination = _guest["in"], NewName = true }, files);
}
