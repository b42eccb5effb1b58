using System.Net;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Discovery;

public sealed class PairingNearbyTests
{
    private static readonly DiscoveryScope Loopback = new(IsOff: false, [IPAddress.Loopback]);

    [Fact]
    public async Task A_code_is_enough_on_a_network_where_one_node_waits_for_it()
    {
        await using TestNode server = new(Loopback);
        await using TestNode client = new(Loopback);
        await server.StartAsync();
        TicketInfo code = await server.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience);
        await foreach (FoundPeer peer in client.Node.FindPeersAsync(TimeSpan.FromSeconds(30), TestNode.Patience))
        {
            if (peer.Seen.NodeId == server.Node.GetIdentity().NodeId)
            {
                break;
            }
        }

        AddedPeer added = await client.Node.AddPeerByCodeAsync(code.Code!, new AddPeerOptions(), TestNode.Patience);

        Assert.Equal(server.Node.GetIdentity().NodeId, added.Peer.NodeId);
    }
}
