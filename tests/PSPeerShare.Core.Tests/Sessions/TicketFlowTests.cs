using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>A ticket from its making to what it opens.</summary>
public sealed class TicketFlowTests : IAsyncLifetime
{
    private readonly TestNode _issuer = new();
    private readonly TestNode _redeemer = new();

    public async Task InitializeAsync()
    {
        _issuer.Write("docs/a.txt", "a"u8.ToArray());
        _issuer.Write("docs/reports/2026/r.txt", "r"u8.ToArray());
        _issuer.Write("docs/reports/old.txt", "o"u8.ToArray());
        _issuer.Write("other/b.txt", "b"u8.ToArray());
        await _issuer.StartAsync(_issuer["docs"], _issuer["other"]);
    }

    public async Task DisposeAsync()
    {
        await _redeemer.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_ticket_makes_both_sides_trust_each_other()
    {
        ServerInfo own = await _redeemer.StartAsync(new ServerOptions { Name = "laptop" });
        TicketInfo ticket = await NewAsync(new TicketOptions { Allow = PeerRights.Browse | PeerRights.Read | PeerRights.Write });

        AddedPeer added = await RedeemAsync(_redeemer, ticket.Ticket);

        PeerInfo issuer = Assert.Single(_redeemer.Node.GetPeers());
        Assert.Equal(issuer.NodeId, added.Peer.NodeId);
        Assert.Equal(("server", Id(_issuer), PeerRights.Browse | PeerRights.Read), (issuer.Name, issuer.NodeId, issuer.Allow));
        PeerInfo redeemer = Assert.Single(_issuer.Node.GetPeers());
        Assert.Equal(("laptop", Id(_redeemer), PeerRights.Browse | PeerRights.Read | PeerRights.Write), (redeemer.Name, redeemer.NodeId, redeemer.Allow));
        Assert.Contains(own.Endpoints[0], redeemer.Addresses);
        Assert.Equal((TicketState.Used, 0, ""), (State(ticket), _issuer.Node.GetTickets()[0].UsesLeft, _issuer.Node.GetTickets()[0].Ticket));
        Assert.Empty(await _issuer.FindAsync());
        Assert.Equal(4, (await _redeemer.FindAsync()).Count);
    }

    [Fact]
    public async Task What_the_redeemer_grants_back_is_its_own_choice()
    {
        TicketInfo ticket = await NewAsync();

        await _redeemer.Node.AddPeerAsync(
            new AddPeerOptions { Ticket = ticket.Ticket, Name = "nas", Allow = PeerRights.None, RateLimit = 1_000_000 }, TestNode.Patience);

        PeerInfo issuer = Assert.Single(_redeemer.Node.GetPeers());
        Assert.Equal(("nas", PeerRights.None, 1_000_000), (issuer.Name, issuer.Allow, issuer.RateLimit));
    }

    [Fact]
    public async Task A_name_that_is_taken_gets_a_suffix_and_the_user_is_told()
    {
        await _redeemer.Node.AddPeerAsync(new AddPeerOptions { NodeId = Trust.TrustFixture.Node(1), Name = "server" }, TestNode.Patience);

        AddedPeer added = await RedeemAsync(_redeemer, (await NewAsync()).Ticket);

        Assert.Equal(("server-2", "server"), (added.Peer.Name, added.WantedName));
    }

    [Fact]
    public async Task The_same_node_may_use_its_ticket_again_but_nobody_else()
    {
        TicketInfo ticket = await NewAsync();
        await RedeemAsync(_redeemer, ticket.Ticket);
        await using TestNode late = new();

        await RedeemAsync(_redeemer, ticket.Ticket);
        await AssertRefusedAsync(late, ticket.Ticket, PeerError.TicketRefused);

        Assert.Single(_issuer.Node.GetPeers());
    }

    [Fact]
    public async Task Of_many_who_race_for_one_use_one_wins()
    {
        TicketInfo ticket = await NewAsync();
        TestNode[] racers = [.. Enumerable.Range(0, 6).Select(_ => new TestNode())];

        Exception?[] outcomes = await Task.WhenAll(racers.Select(async racer => await Record.ExceptionAsync(() => RedeemAsync(racer, ticket.Ticket))));

        Assert.Single(outcomes, o => o is null);
        Assert.All(outcomes.OfType<PeerShareException>(), e => Assert.Equal(PeerError.TicketRefused, e.Error));
        Assert.Single(_issuer.Node.GetPeers());
        Assert.Single(racers, r => r.Node.GetPeers().Count == 1);
        foreach (TestNode racer in racers)
        {
            await racer.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_ticket_for_several_lets_so_many_in()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { Uses = 2 });
        await using TestNode second = new();
        await using TestNode third = new();

        await RedeemAsync(_redeemer, ticket.Ticket);
        await RedeemAsync(second, ticket.Ticket);

        await AssertRefusedAsync(third, ticket.Ticket, PeerError.TicketRefused);
    }

    [Fact]
    public async Task An_expired_ticket_is_refused_by_whoever_looks_at_it()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { ExpiresIn = TimeSpan.FromMilliseconds(1) });
        await Waiting.UntilAsync(() => DateTimeOffset.UtcNow > ticket.Expires);

        await AssertRefusedAsync(_redeemer, ticket.Ticket, PeerError.TicketExpired);
        Assert.Equal(TicketState.Expired, State(ticket));
    }

    [Fact]
    public async Task A_revoked_ticket_is_refused()
    {
        TicketInfo ticket = await NewAsync();
        await _issuer.Node.RevokeTicketAsync(ticket.Id, TestNode.Patience);

        await AssertRefusedAsync(_redeemer, ticket.Ticket, PeerError.TicketRefused);
        Assert.Equal(TicketState.Revoked, State(ticket));
        PeerShareException unknown = await Assert.ThrowsAsync<PeerShareException>(() => _issuer.Node.RevokeTicketAsync("nonsense", TestNode.Patience));
        Assert.Equal((PeerError.TicketNotFound, "nonsense"), (unknown.Error, unknown.Target));
    }

    [Fact]
    public async Task A_ticket_that_another_process_of_the_home_makes_and_revokes_counts()
    {
        PeerNode console = _issuer.OpenAgain();
        TicketInfo revoked = await console.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        await console.RevokeTicketAsync(revoked.Id, TestNode.Patience);
        TicketInfo good = await console.NewTicketAsync(new TicketOptions(), TestNode.Patience);

        await AssertRefusedAsync(_redeemer, revoked.Ticket, PeerError.TicketRefused);
        await RedeemAsync(_redeemer, good.Ticket);

        Assert.Single(console.GetPeers());
        Assert.Equal(4, (await _redeemer.FindAsync()).Count);
    }

    [Fact]
    public async Task A_mistyped_ticket_is_refused_before_anybody_is_asked()
    {
        string text = (await NewAsync()).Ticket;
        char other = text[40] == 'A' ? 'B' : 'A';
        await _issuer.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

        foreach (string wrong in (string[])[text[..^1], text[..40] + other + text[41..], "hello", "", text[..16]])
        {
            await AssertRefusedAsync(_redeemer, wrong, PeerError.TicketMalformed);
        }

        await AssertRefusedAsync(_redeemer, $"  {text}\r\n", PeerError.PeerUnreachable);
    }

    [Fact]
    public async Task Ones_own_ticket_is_refused()
    {
        string text = (await NewAsync()).Ticket;

        await AssertRefusedAsync(_issuer, text, PeerError.TicketIsOwn);
    }

    [Fact]
    public async Task A_ticket_for_one_node_lets_no_other_in()
    {
        await using TestNode meant = new();
        TicketInfo ticket = await NewAsync(new TicketOptions { NodeId = Id(meant) });

        await AssertRefusedAsync(_redeemer, ticket.Ticket, PeerError.TicketRefused);
        await RedeemAsync(meant, ticket.Ticket);
    }

    [Fact]
    public async Task A_ticket_whose_issuer_is_somebody_else_now_is_refused()
    {
        string text = (await NewAsync()).Ticket;
        int port = (await _issuer.Node.GetServerAsync(TestNode.Patience))!.Port;
        await _issuer.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        await using TestNode other = new();
        await other.StartAsync(new ServerOptions { Port = port });

        await AssertRefusedAsync(_redeemer, text, PeerError.PeerIdentityChanged);
        Assert.Empty(other.Node.GetPeers());
    }

    [Fact]
    public async Task A_ticket_for_one_share_shows_that_share_alone()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { Share = "other" });
        await RedeemAsync(_redeemer, ticket.Ticket);

        Assert.Equal(["other/b.txt"], (await _redeemer.FindAsync()).Select(f => f.SharePath));
        await AssertFetchesAsync("other/b.txt", "docs/a.txt");
    }

    [Theory]
    [InlineData("docs", "reports")]
    [InlineData(null, "docs/reports")]
    public async Task A_ticket_for_one_folder_shows_what_lies_in_it_and_the_way_there(string? share, string path)
    {
        await RedeemAsync(_redeemer, (await NewAsync(new TicketOptions { Share = share, Path = path })).Ticket);

        Assert.Equal(["docs/reports/2026/r.txt", "docs/reports/old.txt"], (await _redeemer.FindAsync()).Select(f => f.SharePath).Order(StringComparer.Ordinal));
        Assert.Equal(["docs/reports/2026/r.txt", "docs/reports/old.txt"], await ExpandAsync("docs", recurse: true));
        Assert.Equal(["docs/reports/old.txt"], await ExpandAsync("docs/reports/*", recurse: false));
        Assert.Equal(["docs/reports/2026/r.txt"], await ExpandAsync("d*/rep*/*/*.txt", recurse: false));
        await AssertFetchesAsync("docs/reports/2026/r.txt", "docs/a.txt");
        await AssertFetchesAsync("docs/reports/old.txt", "other/b.txt");
    }

    [Fact]
    public async Task A_ticket_for_one_file_shows_that_file()
    {
        await RedeemAsync(_redeemer, (await NewAsync(new TicketOptions { Path = "docs/reports/old.txt" })).Ticket);

        Assert.Equal(["docs/reports/old.txt"], (await _redeemer.FindAsync()).Select(f => f.SharePath));
        Assert.Equal(["docs/reports/old.txt"], await ExpandAsync("docs/reports/old.txt", recurse: false));
        await AssertFetchesAsync("docs/reports/old.txt", "docs/reports/2026/r.txt");
    }

    [Fact]
    public async Task Tickets_for_places_add_up_and_nested_ones_are_shown_once()
    {
        foreach (string path in (string[])["docs/reports/2026", "docs/reports", "docs/a.txt"])
        {
            await RedeemAsync(_redeemer, (await NewAsync(new TicketOptions { Path = path })).Ticket);
        }

        Assert.Equal(
            ["docs/a.txt", "docs/reports/2026/r.txt", "docs/reports/old.txt"], (await _redeemer.FindAsync()).Select(f => f.SharePath).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_ticket_to_browse_does_not_let_read()
    {
        await RedeemAsync(_redeemer, (await NewAsync(new TicketOptions { Allow = PeerRights.Browse })).Ticket);

        Assert.Equal(4, (await _redeemer.FindAsync()).Count);
        await AssertFetchesAsync(null, "docs/a.txt");
    }

    [Fact]
    public async Task Whoever_was_removed_is_not_let_in_again_by_a_ticket_that_it_has_used()
    {
        TicketInfo ticket = await NewAsync(new TicketOptions { Uses = 5 });
        await RedeemAsync(_redeemer, ticket.Ticket);
        await _issuer.Node.RemovePeerAsync(Id(_redeemer), TestNode.Patience);

        await Assert.ThrowsAsync<PeerShareException>(() => RedeemAsync(_redeemer, ticket.Ticket));

        Assert.Empty(_issuer.Node.GetPeers());
    }

    [Fact]
    public async Task No_secret_is_written_to_a_log()
    {
        string text = (await NewAsync()).Ticket;
        await RedeemAsync(_redeemer, text);
        await Record.ExceptionAsync(() => RedeemAsync(_redeemer, text[..^2]));
        await _issuer.Node.DisposeAsync();
        await _redeemer.Node.DisposeAsync();
        string secret = text["pspeer-secret-1:".Length..];

        foreach (string log in Directory.GetFiles(Path.Combine(_issuer.Home, "logs")).Concat(Directory.GetFiles(Path.Combine(_redeemer.Home, "logs"))))
        {
            string written = File.ReadAllText(log);
            Assert.DoesNotContain(secret[30..80], written, StringComparison.Ordinal);
        }

        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_issuer.Home, "logs"), "audit-*.json"));
    }

    private static NodeId Id(TestNode node) => node.Node.GetIdentity().NodeId;

    private static Task<AddedPeer> RedeemAsync(TestNode node, string ticket) =>
        node.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket }, TestNode.Patience);

    private Task<TicketInfo> NewAsync(TicketOptions? options = null) => _issuer.Node.NewTicketAsync(options ?? new TicketOptions(), TestNode.Patience);

    private TicketState State(TicketInfo ticket) => _issuer.Node.GetTickets().Single(t => t.Id == ticket.Id).State;

    // Nobody is trusted afterwards, on either side, who was not before.
    private async Task AssertRefusedAsync(TestNode node, string ticket, PeerError expected)
    {
        int before = _issuer.Node.GetPeers().Count;
        int own = node.Node.GetPeers().Count;

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => RedeemAsync(node, ticket));

        Assert.Equal(expected, error.Error);
        Assert.Equal((before, own), (_issuer.Node.GetPeers().Count, node.Node.GetPeers().Count));
        if (ticket.Length > 60)
        {
            Assert.DoesNotContain(ticket[40..], error.ToString(), StringComparison.Ordinal);
        }
    }

    private async Task AssertFetchesAsync(string? granted, string denied)
    {
        RemoteFile[] files = [.. ((string?[])[granted, denied]).OfType<string>().Select(path =>
            new RemoteFile(path.Split('/')[^1], path, path.Split('/')[0], 1, DateTimeOffset.UnixEpoch, null, "server", Id(_issuer)))];
        List<TransferInfo> results = await _redeemer.FetchAsync(new FetchOptions { Destination = _redeemer[Guid.NewGuid().ToString()] }, files);
        NodePair.AssertFailed(PeerError.FileNotFound, results.Single(r => r.SharePath == denied));
        Assert.All(results.Where(r => r.SharePath == granted), NodePair.AssertCompleted);
    }

    private async Task<List<string>> ExpandAsync(string path, bool recurse)
    {
        List<string> found = [];
        await foreach (RemoteFile file in _redeemer.Node.ExpandAsync(_redeemer.Node.ResolvePeer("server"), path, recurse, TestNode.Patience))
        {
            found.Add(file.SharePath);
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
