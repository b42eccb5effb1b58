using System.Net;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>Hand-overs on the network: found by a code alone, told apart from nodes, and never guessed at.</summary>
public sealed class HandOverNearbyTests : IAsyncLifetime
{
    private static readonly DiscoveryScope Loopback = new(IsOff: false, [IPAddress.Loopback]);

    private readonly TestNode _sender = new(Loopback);
    private readonly TestNode _receiver = new(Loopback);

    public Task InitializeAsync()
    {
        _sender.Write("one.txt", "one"u8.ToArray());
        _sender.Write("two.txt", "two"u8.ToArray());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _sender.DisposeAsync();
    }

    [Fact]
    public async Task The_code_is_enough_where_one_hand_over_waits_and_with_several_an_address_is_wanted_before_any_is_tried()
    {
        PeerShareException none = await Assert.ThrowsAsync<PeerShareException>(() => ReceiveAsync(PairingCode.Create().Reveal()));
        Assert.Equal(PeerError.PairingNodeNotFound, none.Error);
        await using PeerNodeHandOver first = Offer("one.txt");
        await using PeerNodeHandOver second = Offer("two.txt");
        await UntilSeenAsync(2);

        PeerShareException several = await Assert.ThrowsAsync<PeerShareException>(() => ReceiveAsync(first.Code));
        Assert.Equal(PeerError.PairingAmbiguous, several.Error);
        Assert.Contains($":{first.Port}", several.Target, StringComparison.Ordinal);
        Assert.Contains($":{second.Port}", several.Target, StringComparison.Ordinal);

        await second.DisposeAsync();
        await UntilSeenAsync(1);
        Assert.Equal("one.txt", Assert.Single(await ReceiveAsync(first.Code)).File!.Name);
    }

    [Fact]
    public async Task A_hand_over_is_no_node_and_no_way_to_one()
    {
        await _sender.StartAsync();
        await using PeerNodeHandOver offer = Offer("one.txt");
        await UntilSeenAsync(1);

        List<FoundPeer> found = [];
        await foreach (FoundPeer peer in _receiver.Node.FindPeersAsync(TimeSpan.FromSeconds(2), TestNode.Patience))
        {
            found.Add(peer);
        }

        Assert.Contains(found, peer => peer.Seen.NodeId == _sender.Node.GetIdentity().NodeId);
        Assert.DoesNotContain(found, peer => peer.Seen.Addresses.Any(address => address.EndsWith($":{offer.Port}", StringComparison.Ordinal)));
    }

    private PeerNodeHandOver Offer(string name) => _sender.Node.OfferFiles([_sender[name]], 0, [IPAddress.Loopback]);

    private Task<IReadOnlyList<SearchResult>> ReceiveAsync(string code) => _receiver.Node.ReceiveAsync(code, [], TestNode.Patience);

    // Asks for what a command would find, so that no attempt is made before the network has heard of it.
    private async Task UntilSeenAsync(int count)
    {
        for (int tries = 0; ; tries++)
        {
            IReadOnlyList<PairingCandidate> seen = await _receiver.Node.FindHandOversAsync(TestNode.Patience);
            if (seen.Count == count)
            {
                return;
            }

            Assert.True(tries < 20, $"{seen.Count} hand-overs are seen, not {count}");
        }
    }
}
