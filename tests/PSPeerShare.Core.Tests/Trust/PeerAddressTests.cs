using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:99999")]
    [InlineData("nas01:0")]
    [InlineData("[::1]:65536")]
    [InlineData("nas01.example:123456789012345678901")]
    public async Task A_port_that_cannot_be_is_named_as_such_wherever_a_peer_is_named(string text)
    {
        await using TestNode node = new();

        PeerShareException asPeer = Assert.Throws<PeerShareException>(() => node.Node.ResolvePeer(text));
        PeerShareException asAddress = Assert.Throws<PeerShareException>(() => PeerAddress.Parse(text));

        Assert.All([asPeer, asAddress], failure => Assert.Equal(
            (PeerError.AddressInvalid, "the port is not within 1 and 65535"), (failure.Error, failure.Detail)));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("nas01:ssh")]
    [InlineData("a b:99999")]
    [InlineData(":99999")]
    public async Task What_is_no_address_at_all_is_an_unknown_peer(string text)
    {
        await using TestNode node = new();

        Assert.Equal(PeerError.PeerNotFound, Assert.Throws<PeerShareException>(() => node.Node.ResolvePeer(text)).Error);
    }
}
