using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Find-Peer between two homes that multicast on the loopback interface alone.</summary>
public sealed class FindPeerCommandTests : IDisposable
{
    private readonly string? _former = Environment.GetEnvironmentVariable(NoMulticast.Variable);
    private readonly TwoNodes _nodes;

    public FindPeerCommandTests()
    {
        Environment.SetEnvironmentVariable(NoMulticast.Variable, "127.0.0.1");
        _nodes = new TwoNodes();
    }

    public void Dispose()
    {
        _nodes.Dispose();
        Environment.SetEnvironmentVariable(NoMulticast.Variable, _former);
    }

    [Fact]
    public void It_shows_who_is_there_by_the_name_in_the_book()
    {
        string id = TwoNodes.Ok(_nodes.OnNas("(Get-PeerServer).NodeId")).Output[0].ToString();
        TwoNodes.Ok(_nodes.OnLaptop("Get-Peer | Set-Peer -NewName 'my nas'"));

        PSObject peer = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Find-Peer 'my*' -TimeoutSec 4")).Output);

        Assert.Equal(
            (id, "my nas", true, true, false),
            ((string)peer.Properties["NodeId"].Value, (string)peer.Properties["Name"].Value, (bool)peer.Properties["Trusted"].Value,
                (bool)peer.Properties["Online"].Value, (bool)peer.Properties["PairingOpen"].Value));
        Assert.NotEmpty((string[])peer.Properties["Addresses"].Value);
    }

    [Fact]
    public void Who_is_not_trusted_is_shown_as_such_and_a_name_that_nobody_has_finds_nobody()
    {
        TwoNodes.Ok(_nodes.OnLaptop("Get-Peer | Remove-Peer"));
        TwoNodes.Ok(_nodes.OnNas("Get-Peer | Remove-Peer"));
        string id = TwoNodes.Ok(_nodes.OnNas("(Get-PeerServer).NodeId")).Output[0].ToString();

        // Nodes of other tests may be heard as well, and they have the same name.
        PSObject peer = Assert.Single(
            TwoNodes.Ok(_nodes.OnLaptop("Find-Peer nas -TimeoutSec 4")).Output, found => (string)found.Properties["NodeId"].Value == id);

        Assert.Equal((false, null), ((bool)peer.Properties["Trusted"].Value, peer.Properties["Added"].Value));
        Assert.Empty(TwoNodes.Ok(_nodes.OnLaptop("Find-Peer nobody -TimeoutSec 1")).Output);
    }
}
