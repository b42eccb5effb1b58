using System.Net;
using System.Net.Sockets;
using PSPeerShare.Core.Discovery.Lan;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>What can have come over a link alone.</summary>
public sealed class LanLinkTests
{
    private static readonly LanLink s_link = new(
        2, AddressFamily.InterNetwork, [IPAddress.Parse("192.0.2.7")], [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8:1::/64")]);

    private static readonly LanLink s_loopback = new(1, AddressFamily.InterNetwork, [IPAddress.Loopback], [IPNetwork.Parse("127.0.0.0/8")]);

    [Theory]
    [InlineData("192.0.2.99", true)]
    [InlineData("192.0.3.99", false)]
    [InlineData("8.8.8.8", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("2001:db8:1::5", true)]
    [InlineData("2001:db8:1::5%2", true)]
    [InlineData("2001:db8:2::5", false)]
    [InlineData("fe80::1%2", true)]
    public void A_sender_is_of_the_link_when_its_network_is(string source, bool isLocal) =>
        Assert.Equal(isLocal, s_link.IsLocal(IPAddress.Parse(source)));

    [Fact]
    public void On_loopback_everything_is() => Assert.True(s_loopback.IsLocal(IPAddress.Parse("192.0.2.1")));
}
