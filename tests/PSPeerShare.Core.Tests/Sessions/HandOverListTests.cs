using System.Net;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Hand-overs that wait in one session of a home are seen, and can be ended, in every other one.</summary>
public sealed class HandOverListTests : IAsyncDisposable
{
    private readonly TestNode _sender = new();
    private readonly TestNode _receiver = new();
    private readonly PeerNode _other;

    public HandOverListTests()
    {
        _sender.Write("out/one.txt", "one"u8.ToArray());
        _sender.Write("out/tree/two.txt", "two"u8.ToArray());
        _other = _sender.OpenAgain();
    }

    [Fact]
    public async Task One_that_waits_is_listed_without_its_code_until_it_ends()
    {
        PeerNodeHandOver offer = _sender.Node.OfferFiles([_sender["out", "tree"], _sender["out", "one.txt"]], 0, [IPAddress.Loopback]);

        HandOverInfo listed = Assert.Single(_other.GetHandOvers());

        Assert.Equal(("tree", 2L, 6L, offer.Port, null), (listed.Name, listed.Files, listed.Bytes, listed.Port, listed.Receiver));
        Assert.Equal(offer.Expires.ToUnixTimeMilliseconds(), listed.Expires.ToUnixTimeMilliseconds());
        Assert.DoesNotContain(offer.Code, listed.ToString(), StringComparison.Ordinal);
        await offer.DisposeAsync();
        Assert.Empty(_other.GetHandOvers());
    }

    [Fact]
    public async Task Withdrawn_in_another_session_it_ends_and_its_code_opens_nothing()
    {
        await using PeerNodeHandOver offer = _sender.Node.OfferFiles([_sender["out", "one.txt"]], 0, [IPAddress.Loopback]);
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);

        _other.WithdrawHandOver(Assert.Single(_other.GetHandOvers()).Id);

        Assert.Empty(_other.GetHandOvers());
        PeerShareException ended = await Assert.ThrowsAsync<PeerShareException>(() => waiting);
        Assert.Equal((PeerError.HandOverFailed, "it was withdrawn in another session"), (ended.Error, ended.Detail));
        PeerShareException refused = await Assert.ThrowsAsync<PeerShareException>(
            () => _receiver.Node.ReceiveAsync(offer.Code, [$"127.0.0.1:{offer.Port}"], TestNode.Patience));
        Assert.Equal(PeerError.PairingNotOpen, refused.Error);
    }

    [Fact]
    public async Task Who_has_proved_the_code_is_named()
    {
        await using PeerNodeHandOver offer = _sender.Node.OfferFiles([_sender["out", "one.txt"]], 0, [IPAddress.Loopback]);
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);

        await _receiver.Node.ReceiveAsync(offer.Code, [$"127.0.0.1:{offer.Port}"], TestNode.Patience);

        await Waiting.UntilAsync(() => _other.GetHandOvers() is [{ Receiver.Length: > 0 }]);
        await offer.DisposeAsync();
        await Assert.ThrowsAsync<PeerShareException>(() => waiting);
    }

    [Fact]
    public void One_that_nobody_knows_cannot_be_withdrawn() =>
        Assert.Equal(PeerError.TicketNotFound, Assert.Throws<PeerShareException>(() => _other.WithdrawHandOver("x")).Error);

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _sender.DisposeAsync();
    }
}
