using CsCheck;
using PSPeerShare.Core.Discovery.Relay;
using PSPeerShare.Core.Discovery.Servers;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Tests.Discovery;

public sealed class RelayMessageTests
{
    private static readonly NodeId Counting = NodeId.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly string Ones = string.Concat(Enumerable.Repeat("11", 32));

    [Fact]
    public void Messages_are_written_as_the_relay_wants_them()
    {
        Assert.Equal("9E79BC400000000100000000", Convert.ToHexString(RelayMessage.Pong.ToBytes()));
        Assert.Equal("9E79BC400000000200000000", Convert.ToHexString(RelayMessage.JoinRelay.ToBytes()));
        Assert.Equal(
            "9E79BC40000000050000002400000020" + Convert.ToHexString(Counting.ToArray()), Convert.ToHexString(RelayMessage.Connect(Counting).ToBytes()));
        Assert.Equal(
            "9E79BC40000000030000002400000020" + Ones, Convert.ToHexString(RelayMessage.JoinSession(Convert.FromHexString(Ones)).ToBytes()));
    }

    [Fact]
    public void An_invitation_is_read_and_its_address_passed_over()
    {
        RelayMessage message = new(RelayType.Invitation, Convert.FromHexString(
            $"00000020{Convert.ToHexString(Counting.ToArray())}00000020{Ones}0000001000000000000000000000FFFFC00002010000563300000001"));

        Assert.True(message.TryReadInvitation(out RelayInvitation? invitation));

        Assert.Equal((Counting, Ones, 22067, true), (invitation.From, Convert.ToHexString(invitation.Key), invitation.Port, invitation.IsServer));
    }

    [Fact]
    public void A_response_is_read()
    {
        Assert.True(new RelayMessage(RelayType.Response, Convert.FromHexString("00000000000000077375636365737300")).TryReadResponse(out int code));
        Assert.Equal(0, code);
        Assert.False(new RelayMessage(RelayType.Response, [0, 0]).TryReadResponse(out _));
    }

    [Theory]
    [InlineData("9E79BC410000000000000000")]
    [InlineData("9E79BC400000000000000401")]
    [InlineData("9E79BC4000000000FFFFFFFF")]
    public void A_header_of_something_else_or_of_too_much_is_refused(string header) =>
        Assert.False(RelayMessage.TryReadHeader(Convert.FromHexString(header), out _, out _));

    [Fact]
    public void No_invitation_whatever_does_harm() => Gen.Byte.Array[0, 200].Sample(
        body =>
        {
            if (body.Length > 4)
            {
                body[0] = body[1] = body[2] = 0;
            }

            _ = new RelayMessage(RelayType.Invitation, body).TryReadInvitation(out _);
            _ = new RelayMessage(RelayType.Response, body).TryReadResponse(out _);
        },
        iter: 20_000);

    [Theory]
    [InlineData("relay://host:1/?id={0}", "relay://host:1/?id={0}")]
    [InlineData("relay://host/?pingInterval=1m0s&id={0}&token=x", "relay://host:22067/?id={0}")]
    [InlineData("relay://[fd00::1]:7/?id={0}", "relay://[fd00::1]:7/?id={0}")]
    public void An_address_is_read(string text, string expected) =>
        Assert.Equal(Fill(expected), ServerAddress.Parse(Fill(text), ServerAddress.RelayScheme).ToString());

    [Theory]
    [InlineData("relay://host:1/")]
    [InlineData("relay://host:1/?id=short")]
    [InlineData("https://host:1/?id={0}")]
    [InlineData("relay://user@host:1/?id={0}")]
    [InlineData("host:1")]
    public void Without_an_id_or_of_another_kind_it_is_no_address(string text) => Assert.Equal(
        PeerError.AddressInvalid, Assert.Throws<PeerShareException>(() => ServerAddress.Parse(Fill(text), ServerAddress.RelayScheme)).Error);

    private static string Fill(string text) => text.Replace("{0}", Counting.ToString(), StringComparison.Ordinal);
}
