using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>One session serves many requests; one whose other end is gone serves none.</summary>
public sealed class SessionPoolTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly TempFolder _home = new();
    private readonly ManualClock _clock = new();
    private readonly BareNode _near;
    private readonly BareNode _far = new();
    private readonly NodeStore _store;
    private readonly SessionPool _pool;
    private int _dials;
    private int _port;

    public SessionPoolTests()
    {
        _near = new BareNode(clock: _clock);
        _store = NodeStore.Open(_home.Path);
        PeerBook book = new(_store, _near.Identity.Id);
        book.Add(_far.Identity.Id, "far", [], PeerRights.Browse);
        _port = _far.Port;
        _pool = new SessionPool(
            (address, expected, _) =>
            {
                Interlocked.Increment(ref _dials);
                return _near.DialAsync(expected ?? _far.Identity.Id, address.Port);
            },
            book,
            _near.Identity.Id);
    }

    private PeerTarget Far => new("far", _far.Identity.Id, [$"127.0.0.1:{_port}"]);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync().Within();
        _store.Dispose();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Requests_at_once_share_one_attempt_and_later_ones_its_session()
    {
        PeerSession[] sessions = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => OpenAsync()));

        Assert.All(sessions, s => Assert.Same(sessions[0], s));
        Assert.Same(sessions[0], await OpenAsync());
        Assert.Equal(1, _dials);
    }

    [Fact]
    public async Task One_who_stops_waiting_does_not_stop_the_others()
    {
        using CancellationTokenSource stop = new();
        Task<PeerSession> impatient = _pool.OpenAsync(Far, Timeout, stop.Token);
        Task<PeerSession> patient = OpenAsync();
        await stop.CancelAsync();

        Assert.True((await patient).IsOpen);
        await ((Task)impatient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task A_session_that_the_other_side_closed_is_replaced()
    {
        PeerSession first = await OpenAsync();
        (await _far.AcceptedAsync()).Shutdown(CloseReason.Normal);
        await first.Connection.Closed.Within();

        PeerSession second = await OpenAsync();

        Assert.NotSame(first, second);
        Assert.True(second.IsOpen);
    }

    [Fact]
    public async Task A_session_whose_other_side_is_going_away_is_replaced()
    {
        PeerSession first = await OpenAsync();
        _ = (await _far.AcceptedAsync()).GoAwayAsync(CloseReason.ShuttingDown, CancellationToken.None);
        await Waiting.UntilAsync(() => !first.IsOpen);

        Assert.NotSame(first, await OpenAsync());
    }

    [Fact]
    public async Task A_silent_session_that_still_answers_is_used_again()
    {
        PeerSession first = await OpenAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Same(first, await OpenAsync());
        Assert.Equal(1, _dials);
    }

    [Fact]
    public async Task A_silent_session_whose_other_side_is_gone_without_a_word_is_replaced()
    {
        using FaultProxy proxy = new(_far.Port);
        _port = proxy.Port;
        PeerSession first = await OpenAsync();
        proxy.StallAfterBytes = proxy.Passed;
        _clock.Advance(TimeSpan.FromSeconds(10));
        _port = _far.Port;

        PeerSession second = await OpenAsync();

        Assert.NotSame(first, second);
        Assert.True(second.IsOpen);
        Assert.Same(second, await OpenAsync());
    }

    [Fact]
    public async Task A_connection_that_the_peer_opened_serves_as_well()
    {
        PeerConnection dialled = await _far.DialAsync(_near);
        _pool.Adopt(await _near.AcceptedAsync());

        PeerSession session = await _pool.OpenAsync(Far with { Addresses = [] }, Timeout, CancellationToken.None).Within();

        Assert.Equal((0, "far", null), (_dials, session.PeerName, session.Address));
        Assert.False(session.Connection.IsDialler);
        await dialled.DisposeAsync();
    }

    [Fact]
    public async Task Closing_sessions_with_a_node_ends_them_with_the_reason()
    {
        PeerSession session = await OpenAsync();

        _pool.Close(id => id == _far.Identity.Id, CloseReason.TrustRevoked);

        Assert.Equal(CloseReason.TrustRevoked, (await session.Connection.Closed.Within()).Reason);
        Assert.NotSame(session, await OpenAsync());
    }

    [Fact]
    public async Task Failures_name_what_the_user_named()
    {
        PeerShareException nowhere = await Assert.ThrowsAsync<PeerShareException>(() => _pool.OpenAsync(Far with { Addresses = [] }, Timeout, CancellationToken.None));
        PeerShareException malformed = await Assert.ThrowsAsync<PeerShareException>(() => _pool.OpenAsync(Far with { Addresses = ["a:b:c:"] }, Timeout, CancellationToken.None));

        Assert.Equal((PeerError.PeerHasNoAddress, "far"), (nowhere.Error, nowhere.Target));
        Assert.Equal((PeerError.AddressInvalid, "far"), (malformed.Error, malformed.Target));
        Assert.Contains("a:b:c:", malformed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_is_apart_serves_nothing_else_and_nothing_else_serves_for_it()
    {
        PeerTarget address = new("address", null, Far.Addresses);
        PeerSession apart = await OpenAsync(Far with { IsApart = true });
        PeerSession ordinary = await OpenAsync();

        Assert.NotSame(apart, ordinary);
        Assert.Equal((true, false), (apart.IsApart, ordinary.IsApart));
        Assert.Same(ordinary, await OpenAsync(address));
        Assert.Same(apart, await OpenAsync(Far with { IsApart = true }));

        apart.Connection.Shutdown(CloseReason.Normal);
        PeerSession another = await OpenAsync(Far with { IsApart = true });

        Assert.True(another.IsApart);
        Assert.Equal(3, _dials);
    }

    [Fact]
    public async Task An_address_alone_does_not_lead_to_a_session_that_is_apart()
    {
        PeerSession apart = await OpenAsync(Far with { IsApart = true });

        PeerSession ordinary = await OpenAsync(new PeerTarget("address", null, Far.Addresses));

        Assert.NotSame(apart, ordinary);
    }

    [Fact]
    public async Task What_is_told_to_those_who_stay_connected_is_not_told_in_a_session_that_is_apart()
    {
        _far.Capabilities = [Capabilities.Subscribe];
        await OpenAsync(Far with { IsApart = true });
        Assert.Null(_pool.FindOpen(_far.Identity.Id, Capabilities.Subscribe));

        PeerSession ordinary = await OpenAsync();

        Assert.Same(ordinary, _pool.FindOpen(_far.Identity.Id, Capabilities.Subscribe));
    }

    [Fact]
    public async Task A_failed_attempt_is_not_remembered()
    {
        int open = _port;
        _port = 1;
        await Assert.ThrowsAsync<PeerShareException>(OpenAsync);
        _port = open;

        Assert.True((await OpenAsync()).IsOpen);
    }

    private Task<PeerSession> OpenAsync() => OpenAsync(Far);

    private Task<PeerSession> OpenAsync(PeerTarget target) => _pool.OpenAsync(target, Timeout, CancellationToken.None).Within();
}
