using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Sessions;

public sealed class AddressRaceTests
{
    [Fact]
    public async Task The_first_address_that_succeeds_wins()
    {
        Line won = await AddressRace.RunAsync(["a", "b"], (address, _) => Task.FromResult(new Line(address)), CancellationToken.None).Within();

        Assert.Equal(("a", false), (won.Address, won.IsDropped));
    }

    [Fact]
    public async Task An_address_that_fails_gives_way_at_once()
    {
        Line won = await AddressRace.RunAsync(
            ["a", "b"], (address, _) => address == "a" ? Task.FromException<Line>(new PeerShareException(PeerError.PeerUnreachable)) : Task.FromResult(new Line(address)), CancellationToken.None).Within();

        Assert.Equal("b", won.Address);
    }

    [Fact]
    public async Task An_address_that_hangs_keeps_the_others_from_nothing_and_is_told_to_stop()
    {
        TaskCompletionSource stopped = new();

        Line won = await AddressRace.RunAsync(
            ["hangs", "b"],
            async (address, stop) =>
            {
                if (address == "hangs")
                {
                    await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => stopped.SetResult(), TaskScheduler.Default);
                    throw new PeerShareException(PeerError.ConnectTimeout);
                }

                return new Line(address);
            },
            CancellationToken.None).Within();

        Assert.Equal("b", won.Address);
        await stopped.Task.Within();
    }

    [Fact]
    public async Task Who_comes_too_late_is_closed()
    {
        TaskCompletionSource<Line> late = new();
        Line loser = new("late");

        await AddressRace.RunAsync(["late", "b"], (address, _) => address == "late" ? late.Task : Task.FromResult(new Line(address)), CancellationToken.None).Within();
        late.SetResult(loser);

        await Waiting.UntilAsync(() => loser.IsDropped);
    }

    [Fact]
    public async Task Who_comes_after_the_race_was_called_off_is_closed_too()
    {
        TaskCompletionSource<Line> late = new();
        Line loser = new("late");
        using CancellationTokenSource stop = new();
        Task<Line> race = AddressRace.RunAsync(["late"], (_, _) => late.Task, stop.Token);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race.Within());
        late.SetResult(loser);

        await Waiting.UntilAsync(() => loser.IsDropped);
    }

    [Theory]
    [InlineData(PeerError.PeerUnreachable, PeerError.PeerIdentityChanged, PeerError.PeerIdentityChanged)]
    [InlineData(PeerError.NotPeerShare, PeerError.PeerUnreachable, PeerError.NotPeerShare)]
    [InlineData(PeerError.ConnectTimeout, PeerError.NotTrustedByPeer, PeerError.NotTrustedByPeer)]
    [InlineData(PeerError.HostNotFound, PeerError.PeerUnreachable, PeerError.PeerUnreachable)]
    public async Task When_all_fail_the_most_telling_failure_is_told(PeerError first, PeerError second, PeerError told)
    {
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => AddressRace.RunAsync<Line>(
            ["a", "b"], (address, _) => Task.FromException<Line>(new PeerShareException(address == "a" ? first : second)), CancellationToken.None).Within());

        Assert.Equal(told, error.Error);
    }

    [Fact]
    public async Task Without_an_address_there_is_no_race() => Assert.Equal(
        PeerError.PeerHasNoAddress,
        (await Assert.ThrowsAsync<PeerShareException>(() => AddressRace.RunAsync<Line>([], (_, _) => throw new InvalidOperationException(), CancellationToken.None).Within())).Error);

    private sealed class Line(string address) : IAsyncDisposable
    {
        public string Address => address;

        public bool IsDropped { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDropped = true;
            return ValueTask.CompletedTask;
        }
    }
}
