using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hosting;

public sealed class IdentityLifetimeTests : IAsyncLifetime
{
    private readonly TestNode _node = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public void Every_process_of_a_home_has_its_identity()
    {
        IdentityInfo identity = _node.Node.GetIdentity();

        Assert.Equal(identity, _node.OpenAgain().GetIdentity());
        Assert.Equal(_node.Home, identity.Home);
        Assert.NotEmpty(identity.Name);
    }

    [Fact]
    public async Task A_new_identity_changes_the_id_and_forgets_nothing_else()
    {
        IdentityInfo old = _node.Node.GetIdentity();
        await _node.Node.AddPeerAsync(new AddPeerOptions { NodeId = Trust.TrustFixture.Node(1), Name = "friend" }, TestNode.Patience);
        await _node.Node.AddShareAsync(new() { Path = _node.Folder("docs") }, TestNode.Patience);
        TicketInfo ticket = await _node.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);

        IdentityInfo renewed = _node.Node.RenewIdentity();

        Assert.NotEqual(old.NodeId, renewed.NodeId);
        Assert.Equal(renewed, _node.Node.GetIdentity());
        Assert.Equal(renewed, _node.OpenAgain().GetIdentity());
        Assert.Equal("friend", Assert.Single(_node.Node.GetPeers()).Name);
        Assert.Single(await _node.Node.GetSharesAsync(TestNode.Patience));
        Assert.Equal(ticket.Id, Assert.Single(_node.Node.GetTickets()).Id);
        Assert.Equal(renewed.NodeId, (await _node.StartAsync()).NodeId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_node_runs_its_identity_stays(bool fromAnotherProcess)
    {
        await _node.StartAsync();
        IdentityInfo old = _node.Node.GetIdentity();

        PeerShareException error = Assert.Throws<PeerShareException>(() => (fromAnotherProcess ? _node.OpenAgain() : _node.Node).RenewIdentity());

        Assert.Equal((PeerError.ServerAlreadyRunning, _node.Home), (error.Error, error.Target));
        Assert.Equal(old, _node.Node.GetIdentity());
    }

    [Fact]
    public async Task One_process_has_one_instance_a_home_until_it_is_disposed()
    {
        PeerNode first = PeerNode.ForCurrentHome();
        try
        {
            Assert.Same(first, PeerNode.ForCurrentHome());
            await PeerNode.Open(first.Home).DisposeAsync();
            Assert.Same(first, PeerNode.ForCurrentHome());
        }
        finally
        {
            await first.DisposeAsync();
        }
    }
}
