using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class ClosingTests : IAsyncLifetime
{
    private readonly BareNode _near = new();
    private readonly BareNode _far = new(Answers.Everything);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }

    [Fact]
    public async Task The_first_reason_wins_and_the_other_side_learns_it()
    {
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);

        far.Shutdown(CloseReason.TrustRevoked, "first");
        far.Shutdown(CloseReason.Normal, "second");
        near.Shutdown(CloseReason.ShuttingDown);

        ConnectionEnd end = await far.Closed.Within();
        Assert.Equal((CloseReason.TrustRevoked, false, "first"), (end.Reason, end.IsByRemote, end.Detail));
        await near.Closed.Within();
    }

    [Fact]
    public async Task Withdrawn_trust_ends_what_is_running_and_is_told_to_the_other_side()
    {
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);
        await using PeerStream stream = near.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
        (await stream.ReceiveAsync().Within())!.Dispose();

        far.Shutdown(CloseReason.TrustRevoked);

        var failure = await Assert.ThrowsAsync<PeerShareException>(() => ReadToEndAsync(stream));
        Assert.Equal(PeerError.NotTrustedByPeer, failure.Error);
        ConnectionEnd end = await near.Closed.Within();
        Assert.Equal((CloseReason.TrustRevoked, true), (end.Reason, end.IsByRemote));
        Assert.Equal(PeerError.NotTrustedByPeer, Assert.Throws<PeerShareException>(() => Ask(near)).Error);
        Assert.True(near.Lifetime.IsCancellationRequested);
        await Waiting.UntilAsync(() => _far.Listener.Connections.Count == 0);
    }

    [Fact]
    public async Task This_sides_shutdown_drops_what_arrived_and_nobody_takes_that_for_an_end()
    {
        _far.Handler = async (stream, opening, cancellationToken) =>
        {
            await Answers.Bytes(1000, 1000)(stream, opening, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        PeerConnection near = await _near.DialAsync(_far);
        await using PeerStream stream = near.OpenStream(FrameType.Fetch, new FetchRequest(), last: false);
        await Waiting.UntilAsync(() => near.BytesReceived > 1000);
        await near.PingAsync().Within();

        near.Shutdown(CloseReason.Normal);

        await Assert.ThrowsAsync<PeerShareException>(() => ReadToEndAsync(stream));
    }

    [Fact]
    public async Task An_answer_that_arrived_whole_survives_the_other_sides_goodbye()
    {
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);
        await using PeerStream stream = near.OpenStream(FrameType.Search, new SearchRequest { Limit = 5 }, last: true);
        await Waiting.UntilAsync(() => near.OpenStreams == 0);

        far.Shutdown(CloseReason.Normal);
        await near.Closed.Within();

        int frames = 0;
        while (await stream.ReceiveAsync().Within() is { } frame)
        {
            frames++;
            frame.Dispose();
        }
        Assert.Equal(6, frames);
    }

    [Fact]
    public async Task Going_away_lets_running_streams_finish_and_opens_no_new_ones()
    {
        var go = new TaskCompletionSource();
        _far.Handler = async (stream, opening, cancellationToken) =>
        {
            await go.Task.WaitAsync(cancellationToken);
            await Answers.Everything(stream, opening, cancellationToken);
        };
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);
        await using PeerStream running = near.OpenStream(FrameType.Search, new SearchRequest { Limit = 2 }, last: true);
        await Waiting.UntilAsync(() => far.OpenStreams == 1);

        Task goingAway = far.GoAwayAsync(CloseReason.ShuttingDown, CancellationToken.None);
        await Waiting.UntilAsync(() => !near.IsUsable);
        Assert.Equal(PeerError.PeerShuttingDown, Assert.Throws<PeerShareException>(() => Ask(near)).Error);
        Assert.Throws<PeerShareException>(() => Ask(far));
        Assert.False(goingAway.IsCompleted);
        go.SetResult();

        await ReadToEndAsync(running);
        await goingAway.Within();
        ConnectionEnd end = await near.Closed.Within();
        Assert.Equal((CloseReason.ShuttingDown, true), (end.Reason, end.IsByRemote));
    }

    [Fact]
    public async Task Going_away_does_not_wait_longer_than_it_is_given()
    {
        _far.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);
        await using PeerStream running = Ask(near);
        await Waiting.UntilAsync(() => far.OpenStreams == 1);
        using var patience = new CancellationTokenSource();
        Task goingAway = far.GoAwayAsync(CloseReason.ShuttingDown, patience.Token);

        await patience.CancelAsync();

        await goingAway.Within();
        var failure = await Assert.ThrowsAsync<PeerShareException>(() => running.ReceiveAsync().Within());
        Assert.Equal(PeerError.PeerShuttingDown, failure.Error);
    }

    [Fact]
    public async Task Stopping_the_listener_ends_its_connections_and_frees_the_port()
    {
        (PeerConnection near, _) = await _near.ConnectAsync(_far);
        int port = _far.Port;

        await _far.Listener.StopAsync(TimeSpan.FromSeconds(30), force: false).Within();

        Assert.Equal(CloseReason.ShuttingDown, (await near.Closed.Within()).Reason);
        var failure = await Assert.ThrowsAsync<PeerShareException>(() => _near.DialAsync(_far.Identity.Id, port));
        Assert.Equal(PeerError.PeerUnreachable, failure.Error);
        Assert.Equal(0, _far.Options.Counters.Connections);
    }

    [Fact]
    public async Task Stopping_the_listener_ends_pairing_sessions_too()
    {
        PeerConnection pairing = await _near.DialAsync(_far, Alpn.Pair);
        await pairing.PingAsync().Within();

        await _far.Listener.StopAsync(TimeSpan.Zero, force: true).Within();

        Assert.Equal(CloseReason.ShuttingDown, (await pairing.Closed.Within()).Reason);
    }

    [Fact]
    public async Task A_connection_counts_from_start_to_end()
    {
        (PeerConnection near, PeerConnection far) = await _near.ConnectAsync(_far);
        Assert.Equal(1, _near.Options.Counters.Connections);

        await near.DisposeAsync();
        await far.Closed.Within();

        Assert.Equal(0, _near.Options.Counters.Connections);
        await Waiting.UntilAsync(() => _far.Options.Counters.Connections == 0);
        Assert.Equal((CloseReason.Normal, true), ((await far.Closed).Reason, (await far.Closed).IsByRemote));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_has_said_goodbye_is_not_taken_for_cut_off_whatever_breaks_afterwards(bool isSending)
    {
        using X509Certificate2 certificate = TestCertificates.Make();
        using HostilePeer peer = await HostilePeer.DialAsync(_far.Port, certificate);
        await peer.GreetAsync();
        PeerConnection connection = await _far.AcceptedAsync();
        await peer.SendAsync(FrameType.GoingAway, new GoingAway { Reason = (uint)CloseReason.Normal, Detail = "enough" });
        await Waiting.UntilAsync(() => !connection.IsUsable);

        peer.Reset();
        if (isSending)
        {
            _ = connection.PingAsync().ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        ConnectionEnd end = await connection.Closed.Within();
        Assert.Equal((CloseReason.Normal, true, "enough"), (end.Reason, end.IsByRemote, end.Detail));
    }

    private static PeerStream Ask(PeerConnection connection) =>
        connection.OpenStream(FrameType.Control, new ControlRequest(), last: true);

    private static async Task ReadToEndAsync(PeerStream stream)
    {
        while (await stream.ReceiveAsync().Within() is { } frame)
        {
            frame.Dispose();
        }
    }
}
