using System.Net;
using PSPeerShare.Core.Hosting;

namespace PSPeerShare.Core.Tests.Discovery;

public sealed class DiscoveryScopeTests
{
    [Fact]
    public void A_node_that_listens_on_some_addresses_is_known_on_their_networks_only()
    {
        DiscoveryScope all = new(IsOff: false, []);
        DiscoveryScope one = new(IsOff: false, [IPAddress.Loopback]);

        Assert.Equal([IPAddress.Loopback], all.Within([IPAddress.Loopback]).Only);
        Assert.Empty(all.Within([]).Only);
        Assert.Empty(all.Within([IPAddress.Any]).Only);
        Assert.False(all.Within([IPAddress.Any]).IsOff);
        Assert.True(one.Within([IPAddress.Parse("192.0.2.1")]).IsOff);
        Assert.True(DiscoveryScope.Off.Within([IPAddress.Loopback]).IsOff);
    }

    [Fact]
    public async Task Tests_are_silent_unless_they_say_otherwise()
    {
        await using LanFixture lan = new();

        Assert.True(DiscoveryScope.FromEnvironment(lan.Log).IsOff);
    }
}
