using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>A code from its being shown to two nodes that trust each other.</summary>
public sealed class PairingFlowTests : IAsyncLifetime
{
    private readonly TestNode _shower = new();
    private readonly TestNode _typist = new();
    private ServerInfo _server = null!;

    private string Address => $"127.0.0.1:{_server.Port}";

    public async Task InitializeAsync()
    {
        _shower.Write("docs/a.txt", "a"u8.ToArray());
        _server = await _shower.StartAsync(_shower["docs"]);
    }

    public async Task DisposeAsync()
    {
        await _typist.DisposeAsync();
        await _shower.DisposeAsync();
    }

    [Fact]
    public async Task A_code_makes_both_sides_trust_each_other_once()
    {
        TicketInfo code = await ShowAsync(PeerRights.Browse | PeerRights.Read | PeerRights.Write);
        Assert.InRange(code.Expires - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));

        AddedPeer added = await TypeAsync(_typist, code.Code!);

        Assert.Equal(("server", IdOf(_shower), PeerRights.Browse | PeerRights.Read), (added.Peer.Name, added.Peer.NodeId, added.Peer.Allow));
        PeerInfo typist = Assert.Single(_shower.Node.GetPeers());
        Assert.Equal((IdOf(_typist), PeerRights.Browse | PeerRights.Read | PeerRights.Write), (typist.NodeId, typist.Allow));
        Assert.Equal("docs/a.txt", Assert.Single(await _typist.FindAsync()).SharePath);
        await using TestNode late = new();
        await AssertFailsAsync(PeerError.PairingNotOpen, late, code.Code!);
        Assert.Single(_shower.Node.GetPeers());
    }

    [Fact]
    public async Task A_wrong_code_is_refused_and_burns_the_right_one()
    {
        TicketInfo code = await ShowAsync();

        await AssertFailsAsync(PeerError.PairingCodeRefused, _typist, PairingCode.Create().Reveal());
        await AssertFailsAsync(PeerError.PairingNotOpen, _typist, code.Code!);

        Assert.Empty(_shower.Node.GetPeers());
        Assert.Empty(_typist.Node.GetPeers());
    }

    [Fact]
    public async Task A_mistyped_code_leaves_nothing_and_costs_nothing()
    {
        TicketInfo code = await ShowAsync();
        string mistyped = code.Code![..^1] + (code.Code[^1] == 'A' ? 'B' : 'A');

        await AssertFailsAsync(PeerError.PairingCodeInvalid, _typist, mistyped);

        await TypeAsync(_typist, code.Code);
    }

    [Fact]
    public async Task Without_a_code_nobody_is_asked_for_one()
    {
        await AssertFailsAsync(PeerError.PairingNotOpen, _typist, PairingCode.Create().Reveal());
    }

    [Fact]
    public async Task A_code_can_be_shown_by_another_process_of_the_home_and_withdrawn()
    {
        PeerNode other = _shower.OpenAgain();
        TicketInfo first = await other.CreateCodeAsync(new TicketOptions(), TestNode.Patience);
        await TypeAsync(_typist, first.Code!);

        TicketInfo second = await other.CreateCodeAsync(new TicketOptions(), TestNode.Patience);
        await other.RevokeTicketAsync(second.Id, TestNode.Patience);

        await using TestNode late = new();
        await AssertFailsAsync(PeerError.PairingNotOpen, late, second.Code!);
    }

    [Fact]
    public async Task An_open_code_is_listed_without_its_symbols_until_it_is_taken_back_or_replaced()
    {
        TicketInfo ticket = await _shower.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        TicketInfo first = await ShowAsync();
        TicketInfo code = await _shower.Node.CreateCodeAsync(new TicketOptions { Share = "docs", Path = "a/b" }, TestNode.Patience);

        foreach (PeerNode process in (PeerNode[])[_shower.Node, _shower.OpenAgain()])
        {
            IReadOnlyList<TicketInfo> listed = await process.GetTicketsAsync(TestNode.Patience);

            Assert.Equal([code.Id, ticket.Id], listed.Select(item => item.Id));
            Assert.Equal((true, null, "", TicketState.Open), (listed[0].IsCode, listed[0].Code, listed[0].Ticket, listed[0].State));
            Assert.Equal(("docs", "a/b", code.Expires), (listed[0].Share, listed[0].Path, listed[0].Expires));
            Assert.DoesNotContain(code.Code!, listed[0].ToString(), StringComparison.Ordinal);
        }

        Assert.NotEqual(first.Id, code.Id);
        await _shower.Node.RevokeTicketAsync(code.Id, TestNode.Patience);
        Assert.Equal(ticket.Id, Assert.Single(await _shower.Node.GetTicketsAsync(TestNode.Patience)).Id);
        await AssertFailsAsync(PeerError.PairingNotOpen, _typist, code.Code!);
    }

    [Fact]
    public async Task A_code_that_was_used_is_listed_as_used_until_its_time_is_over_and_can_be_ended()
    {
        TicketInfo code = await ShowAsync();
        await TypeAsync(_typist, code.Code!);

        TicketInfo used = Assert.Single(await _shower.Node.GetTicketsAsync(TestNode.Patience));

        Assert.Equal((code.Id, TicketState.Used, 0), (used.Id, used.State, used.UsesLeft));
        await _shower.Node.RevokeTicketAsync(code.Id, TestNode.Patience);
        Assert.Empty(await _shower.Node.GetTicketsAsync(TestNode.Patience));
        await AssertFailsAsync(PeerError.PairingNotOpen, _typist, code.Code!);
    }

    [Fact]
    public async Task Without_a_running_node_there_is_no_code()
    {
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(
            () => _typist.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience));

        Assert.Equal(PeerError.ServerNotRunning, error.Error);
    }

    [Fact]
    public async Task A_node_that_stops_forgets_its_code()
    {
        TicketInfo code = await ShowAsync();
        await _shower.Node.StopServerAsync(TimeSpan.FromSeconds(5), force: true, TestNode.Patience);
        _server = await _shower.StartAsync();

        await AssertFailsAsync(PeerError.PairingNotOpen, _typist, code.Code!);
    }

    [Fact]
    public async Task Ones_own_code_is_an_error()
    {
        TicketInfo code = await ShowAsync();

        await AssertFailsAsync(PeerError.PeerIsSelf, _shower, code.Code!);
    }

    [Fact]
    public async Task A_code_for_one_share_grants_that_share()
    {
        TicketInfo code = await _shower.Node.CreateCodeAsync(new TicketOptions { Share = "docs" }, TestNode.Patience);

        await TypeAsync(_typist, code.Code!);

        PeerInfo peer = Assert.Single(_shower.Node.GetPeers());
        Assert.Equal(PeerRights.None, peer.Allow);
        Assert.Equal(("docs", PeerRights.Browse | PeerRights.Read), (Assert.Single(peer.Grants).Share, peer.Grants[0].Allow));
    }

    private Task<TicketInfo> ShowAsync(PeerRights allow = PeerRights.Browse | PeerRights.Read) =>
        _shower.Node.CreateCodeAsync(new TicketOptions { Allow = allow }, TestNode.Patience);

    private Task<AddedPeer> TypeAsync(TestNode node, string code) =>
        node.Node.AddPeerByCodeAsync(code, new AddPeerOptions { Addresses = [Address] }, TestNode.Patience);

    private async Task AssertFailsAsync(PeerError error, TestNode node, string code)
    {
        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(() => TypeAsync(node, code));
        Assert.Equal(error, failure.Error);
    }

    private static NodeId IdOf(TestNode node) => node.Node.GetIdentity().NodeId;
}
