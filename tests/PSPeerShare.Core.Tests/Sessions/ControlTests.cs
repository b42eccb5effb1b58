using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Who may tell a node what to do: its own home, and nobody else.</summary>
public sealed class ControlTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_peer_with_every_right_cannot_control_the_node()
    {
        await using NodePair pair = await NodePair.StartAsync(allow: PeerRights.Browse | PeerRights.Read | PeerRights.Write);
        await using NodeServices peer = new(pair.Client.Home);
        PeerSession session = await peer.Sessions.OpenAsync(pair.Peer, Timeout, TestNode.Patience);
        ControlRequest[] requests =
        [
            new() { Status = new ControlStatus() },
            new() { Stop = new ControlStop { Force = true } },
            new() { Refresh = new ControlRefresh() },
            new() { RemoveShare = new ControlRemoveShare { Name = "docs" } },
            new(),
        ];

        foreach (ControlRequest request in requests)
        {
            PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(
                () => ControlClient.AskAsync(session, request, Timeout, TestNode.Patience));
            Assert.Equal(PeerError.RequestRefused, error.Error);
        }

        Assert.Single((await pair.Server.Node.GetServerAsync(TestNode.Patience))!.Shares);
    }

    [Fact]
    public async Task The_home_itself_is_answered_and_its_errors_are_told()
    {
        await using NodePair pair = await NodePair.StartAsync();
        await using NodeServices console = new(pair.Server.Home);
        ServerControl control = new(console);

        Assert.Equal("server", (await control.DescribeAsync(TestNode.Patience))!.Name);
        PeerShareException unknown = await Assert.ThrowsAsync<PeerShareException>(
            () => control.AskAsync(new ControlRequest { RemoveShare = new ControlRemoveShare { Name = "gone" } }, TestNode.Patience));
        Assert.Equal((PeerError.ShareNotFound, "gone"), (unknown.Error, unknown.Target));
        Assert.Equal(
            PeerError.RequestRefused,
            (await Assert.ThrowsAsync<PeerShareException>(() => control.AskAsync(new ControlRequest(), TestNode.Patience))).Error);
    }

    [Fact]
    public async Task Without_a_running_node_there_is_nobody_to_ask()
    {
        await using TestNode node = new();
        await using NodeServices console = new(node.Home);

        Assert.Null(await new ServerControl(console).DescribeAsync(TestNode.Patience));
    }

    [Fact]
    public async Task A_node_that_has_the_home_and_does_not_answer_is_an_error_that_names_the_home()
    {
        await using TestNode node = new();
        await using NodeServices console = new(node.Home);
        console.Store.RunningNode.Claim(new(ProcessMark.Current, 1, "127.0.0.1:1", "hung", DateTimeOffset.UtcNow));

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => new ServerControl(console).DescribeAsync(TestNode.Patience));

        Assert.Equal((PeerError.ServerNotAnswering, node.Home), (error.Error, error.Target));
    }

    [Fact]
    public async Task A_node_that_is_just_starting_is_waited_for()
    {
        await using TestNode node = new();
        await using NodeServices console = new(node.Home);
        console.Store.RunningNode.Claim(new(ProcessMark.Current, 0, "", "starting", DateTimeOffset.UtcNow));

        Task<ServerInfo?> asking = new ServerControl(console).DescribeAsync(TestNode.Patience);
        console.Store.RunningNode.Release(ProcessMark.Current);

        Assert.Null(await asking.Within());
    }
}
