using System.Security.Cryptography;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hosting;

/// <summary>What a stop does to what runs.</summary>
public sealed class StoppingTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(50);

    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/large.bin", RandomNumberGenerator.GetBytes(6_000_000));
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_patient_stop_lets_a_running_transfer_finish_and_takes_nothing_new(bool fromAnotherProcess)
    {
        PeerNode acting = fromAnotherProcess ? _pair.Server.OpenAgain() : _pair.Server.Node;
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Complete();

        Task stopping = acting.StopServerAsync(Long, force: false, TestNode.Patience);
        await Waiting.UntilAsync(() => _pair.Server.Node.GetServerAsync(TestNode.Patience).Result?.State == ServerState.Stopping);
        await using TestNode late = new();

        // Who is connected hears of it a moment later.
        await Waiting.UntilAsync(() => Refusal() == PeerError.PeerUnreachable);
        await HurryAsync();

        NodePair.AssertCompleted(Assert.Single(await TestNode.ReadAllAsync(job)));
        await stopping.Within();
        Assert.Null(await _pair.Server.Node.GetServerAsync(TestNode.Patience));
    }

    private PeerError? Refusal()
    {
        try
        {
            _pair.Client.FindAsync().GetAwaiter().GetResult();
            return null;
        }
        catch (PeerShareException e)
        {
            return e.Error;
        }
    }

    [Fact]
    public async Task When_its_time_is_over_a_patient_stop_cuts_what_still_runs()
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Complete();

        await _pair.Server.Node.StopServerAsync(TimeSpan.FromMilliseconds(200), force: false, TestNode.Patience).Within();

        TransferInfo cut = Assert.Single(await TestNode.ReadAllAsync(job));
        NodePair.AssertFailed(PeerError.PeerShuttingDown, cut);
        Assert.Equal(TransferStatus.Interrupted, cut.Status);
        NodePair.AssertHolds(_pair.Client["in"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Force_cuts_at_once_what_runs(bool fromAnotherProcess)
    {
        PeerNode acting = fromAnotherProcess ? _pair.Server.OpenAgain() : _pair.Server.Node;
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Complete();

        await acting.StopServerAsync(Long, force: true, TestNode.Patience).Within();

        NodePair.AssertFailed(PeerError.PeerShuttingDown, Assert.Single(await TestNode.ReadAllAsync(job)));
        NodePair.AssertHolds(_pair.Client["in"]);
    }

    [Fact]
    public async Task Force_ends_the_patience_of_an_earlier_stop()
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Complete();
        Task patient = _pair.Server.Node.StopServerAsync(TimeSpan.FromHours(1), force: false, TestNode.Patience);
        await Waiting.UntilAsync(() => _pair.Server.Node.GetServerAsync(TestNode.Patience).Result?.State == ServerState.Stopping);

        await _pair.Server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience).Within();

        await patient.Within();
        NodePair.AssertFailed(PeerError.PeerShuttingDown, Assert.Single(await TestNode.ReadAllAsync(job)));
    }

    [Fact]
    public async Task A_stop_without_anything_running_does_not_wait()
    {
        Assert.Single(await _pair.Client.FindAsync());

        await _pair.Server.Node.StopServerAsync(TimeSpan.FromHours(1), force: false, TestNode.Patience).Within();
    }

    [Fact]
    public async Task Who_stops_waiting_does_not_stop_the_stopping()
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Complete();
        using CancellationTokenSource impatient = new();
        Task stopping = _pair.Server.Node.StopServerAsync(TimeSpan.FromSeconds(1), force: false, impatient.Token);

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping.Within());
        await _pair.Server.Node.WaitForServerEndAsync(TestNode.Patience);
    }

    [Fact]
    public async Task Disposing_a_node_that_runs_ends_it_and_can_be_repeated()
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();
        job.Complete();

        await _pair.Server.Node.DisposeAsync().AsTask().Within();
        await _pair.Server.Node.DisposeAsync().AsTask().Within();

        NodePair.AssertFailed(PeerError.PeerShuttingDown, Assert.Single(await TestNode.ReadAllAsync(job)));
        Assert.Null(await _pair.Server.OpenAgain().GetServerAsync(TestNode.Patience));
    }

    private async Task<TransferJob<RemoteFile>> BeginSlowlyAsync()
    {
        await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { RateLimit = 400_000 }, TestNode.Patience);
        TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        job.Add(_pair.File("docs/large.bin"));
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 0);
        return job;
    }

    private async Task HurryAsync() => await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { RateLimit = 0 }, TestNode.Patience);
}
