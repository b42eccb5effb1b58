using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core;

// Transfers that run, in whichever process of this home, and those that ended.
public sealed partial class PeerNode
{
    /// <summary>Transfers that run or ended, the newest first. Small files have no entry of their own while all goes well.</summary>
    public Task<IReadOnlyList<TransferInfo>> TransfersAsync(TransferFilter filter, CancellationToken cancellationToken) =>
        Task.Run(() => _services.Transfers.List(filter), cancellationToken);

    /// <summary>Has a running transfer rest: what arrived stays, and its command waits until it is resumed or stopped.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>, <see cref="PeerError.TransferEnded"/>.</exception>
    public Task SuspendTransferAsync(string id, CancellationToken cancellationToken) => AskAsync(id, TransferWish.Suspend, cancellationToken);

    /// <summary>Ends a running transfer. What arrived stays for a while, in case it is resumed after all.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>, <see cref="PeerError.TransferEnded"/>.</exception>
    public Task StopTransferAsync(string id, CancellationToken cancellationToken) => AskAsync(id, TransferWish.Stop, cancellationToken);

    /// <summary>Waits until a transfer that was asked to rest or to end does so, wherever it runs.</summary>
    /// <param name="id">The transfer.</param>
    /// <param name="isWanted">Whether a state is the one that it was asked for; the end of a transfer ends the waiting in any case.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it stands then; it may be as before.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>.</exception>
    public Task<TransferInfo> AwaitStateAsync(string id, Func<TransferStatus, bool> isWanted, TimeSpan patience, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            // Another process can only be looked at, and it looks at what is wanted of it once a second.
            TimeSpan pause = TimeSpan.FromMilliseconds(50);
            long since = System.Diagnostics.Stopwatch.GetTimestamp();
            while (true)
            {
                TransferInfo now = _services.Transfers.Look(id);
                if (isWanted(now.Status)
                    || now.Status is not (TransferStatus.Running or TransferStatus.Queued or TransferStatus.Suspended)
                    || System.Diagnostics.Stopwatch.GetElapsedTime(since) >= patience)
                {
                    return now;
                }

                await Task.Delay(pause, cancellationToken);
            }
        },
        cancellationToken);

    /// <summary>
    /// Goes on with a transfer: one that rests goes on where it runs; one that has ended before its time begins again
    /// in this process, and this returns without waiting for it.
    /// </summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>, <see cref="PeerError.TransferEnded"/>.</exception>
    public async Task ResumeTransferAsync(string id, CancellationToken cancellationToken)
    {
        if (await Task.Run(() => BeginResume(id), cancellationToken) is { } job)
        {
            _ = EndAsync(job);
        }

        static async Task EndAsync(TransferJob job)
        {
            await foreach (TransferInfo ended in job.Results.ReadAllAsync(CancellationToken.None))
            {
                // The history has it.
            }

            await job.DisposeAsync();
        }
    }

    /// <summary>Goes on with a transfer. Null when it runs or rests somewhere, and goes on there.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>, <see cref="PeerError.TransferEnded"/>.</exception>
    public TransferJob? BeginResume(string id)
    {
        ResumeJob job = NewResumeJob();
        job.Add(id);
        job.Complete();
        return job.HasAny ? job : null;
    }

    /// <summary>Begins to go on with transfers; add their ids to the job. What runs or rests somewhere goes on there.</summary>
    public TransferJob<string> BeginResume() => NewResumeJob();

    private ResumeJob NewResumeJob() => new(_services.Transfers, BeginFetchJob, BeginPushTo);

    private PushJob BeginPushTo(Identity.NodeId id, string name)
    {
        PeerInfo peer = _services.Peers.Find(id) ?? throw new PeerShareException(PeerError.PeerNotFound, name);
        return BeginPushJob(new PushOptions { Peers = [new Node.PeerTarget(peer.Name, peer.NodeId, peer.Addresses)] });
    }

    private Task AskAsync(string id, TransferWish wish, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (!_services.Transfers.Ask(id, wish))
            {
                throw new PeerShareException(PeerError.TransferEnded, id);
            }
        },
        cancellationToken);
}
