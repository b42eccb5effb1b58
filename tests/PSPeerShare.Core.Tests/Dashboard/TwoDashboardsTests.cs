using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>Two sessions of one home, each with a dashboard, beside a node that runs in one of them.</summary>
public sealed class TwoDashboardsTests
{
    [Fact]
    public async Task Each_session_has_its_own_and_one_port_is_for_one_of_them()
    {
        await using TestNode home = new();
        await home.StartAsync();
        PeerNode session = home.OpenAgain();

        DashboardInfo first = await home.Node.OpenDashboardAsync(new DashboardOptions(), TestNode.Patience);
        DashboardInfo second = await session.OpenDashboardAsync(new DashboardOptions(), TestNode.Patience);
        PeerShareException taken = await Assert.ThrowsAsync<PeerShareException>(
            () => session.OpenDashboardAsync(new DashboardOptions { Port = first.Port }, TestNode.Patience));

        Assert.NotEqual(first.Port, second.Port);
        Assert.Equal((PeerError.PortInUse, $"{first.Port}"), (taken.Error, taken.Target));
        using HttpClient http = new();
        foreach (DashboardInfo open in (DashboardInfo[])[first, second])
        {
            Assert.Contains("PSPeerShare", await http.GetStringAsync(new Uri($"http://127.0.0.1:{open.Port}/")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_without_a_node_has_a_page_that_says_so()
    {
        await using TestNode home = new();
        await using PeerNode session = home.OpenAgain();

        DashboardInfo open = await session.OpenDashboardAsync(new DashboardOptions(), TestNode.Patience);

        NodeView view = await NodeView.OfAsync(session, session.GetServerAsync, new FolderRoots(session, []), e => new ApiFault(400, e.Error.ToString(), e.Message), TestNode.Patience);
        Assert.False(view.IsRunning);
        Assert.InRange(open.Port, 1, 65535);
    }
}
