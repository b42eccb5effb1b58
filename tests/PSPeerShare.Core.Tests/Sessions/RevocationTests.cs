using System.Security.Cryptography;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>A right that is taken away holds for what is under way (A1), whichever process of the home takes it.</summary>
public sealed class RevocationTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/large.bin", RandomNumberGenerator.GetBytes(6_000_000));
        _pair.Server.Write("docs/small.txt", "small"u8.ToArray());
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Removing_a_peer_cuts_its_transfer_and_its_sessions(bool fromAnotherProcess)
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();

        await Acting(fromAnotherProcess).RemovePeerAsync(_pair.ClientId, TestNode.Patience);
        job.Complete();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);
        Assert.Equal(2, results.Count);

        // What is denied looks missing until the connection closes.
        Assert.All(results, r => Assert.Contains(r.Error!.Error, (PeerError[])[PeerError.NotTrustedByPeer, PeerError.FileNotFound]));
        NodePair.AssertHolds(_pair.Client["in"]);
        await Waiting.UntilAsync(() => _pair.Server.Node.GetServerAsync(TestNode.Patience).Result!.Connections == 0);
        Assert.Equal(PeerError.NotTrustedByPeer, (await Assert.ThrowsAsync<PeerShareException>(() => _pair.Client.FindAsync())).Error);
    }

    [Theory]
    [InlineData(PeerRights.None, false)]
    [InlineData(PeerRights.Browse, false)]
    [InlineData(PeerRights.Browse, true)]
    public async Task Taking_the_right_to_read_ends_a_transfer_at_its_next_frame(PeerRights left, bool fromAnotherProcess)
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();

        await Acting(fromAnotherProcess).SetPeerAsync(_pair.ClientId, new PeerChange { Allow = left, RateLimit = 0 }, TestNode.Patience);
        job.Complete();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);
        Assert.Equal(2, results.Count);
        Assert.All(results, r => NodePair.AssertFailed(PeerError.FileNotFound, r));
        NodePair.AssertHolds(_pair.Client["in"]);
        Assert.Equal(left == PeerRights.Browse ? 2 : 0, (await _pair.Client.FindAsync()).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Removing_a_share_ends_the_transfers_from_it(bool fromAnotherProcess)
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();

        await Acting(fromAnotherProcess).RemoveShareAsync("docs", TestNode.Patience);
        job.Complete();

        Assert.All(await TestNode.ReadAllAsync(job), r => NodePair.AssertFailed(PeerError.FileNotFound, r));
        Assert.Empty(await _pair.Client.FindAsync());
    }

    [Fact]
    public async Task Whoever_removes_a_peer_stops_fetching_from_it_too()
    {
        await using TransferJob<RemoteFile> job = await BeginSlowlyAsync();

        await _pair.Client.Node.RemovePeerAsync(_pair.ServerId, TestNode.Patience);
        job.Complete();

        List<TransferInfo> results = await TestNode.ReadAllAsync(job);
        Assert.Equal(2, results.Count);
        Assert.All(results, r => Assert.Contains(r.Error!.Error, (PeerError[])[PeerError.PeerNotTrusted, PeerError.PeerNotFound]));
        NodePair.AssertHolds(_pair.Client["in"]);
    }

    [Fact]
    public async Task A_running_node_closes_sessions_that_it_had_dialled_when_another_process_removes_the_peer()
    {
        _pair.Client.Write("shared/x", [1]);
        ServerInfo client = await _pair.Client.StartAsync(_pair.Client["shared"]);
        await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { Addresses = client.Endpoints }, TestNode.Patience);
        Assert.Single(await _pair.Server.FindAsync());
        int before = (await _pair.Server.Node.GetServerAsync(TestNode.Patience))!.Connections;

        await _pair.Server.OpenAgain().RemovePeerAsync(_pair.ClientId, TestNode.Patience);

        Assert.Equal(1, before);
        Assert.Equal(PeerError.NotTrustedByPeer, (await Assert.ThrowsAsync<PeerShareException>(() => _pair.Client.FindAsync())).Error);
    }

    private PeerNode Acting(bool fromAnotherProcess) => fromAnotherProcess ? _pair.Server.OpenAgain() : _pair.Server.Node;

    // The large file in the midst of its way, and a small one behind it.
    private async Task<TransferJob<RemoteFile>> BeginSlowlyAsync()
    {
        await _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { RateLimit = 400_000 }, TestNode.Patience);
        TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        job.Add(_pair.File("docs/large.bin"));
        job.Add(_pair.File("docs/small.txt"));
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 0);
        return job;
    }
}
