using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// One source of a swarm: asks it for the lots that the plan gives it, as long as the plan wants it. Whatever goes
/// wrong ends this source and no other.
/// </summary>
internal sealed class SwarmLane(Swarm swarm, int source, SourceOffer offer, TransferCounters counters)
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(swarm.Over);
    private SwarmStream? _stream;

    public int Source => source;

    public SourceOffer Offer => offer;

    /// <summary>It is this side's own limit that it waits for.</summary>
    public bool IsHeldHere => Volatile.Read(ref _stream) is { IsHeldHere: true };

    /// <summary>Gives the source up, at once.</summary>
    public void Stop() => _stop.Cancel();

    public async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                if (swarm.IsActive(source))
                {
                    await ServeAsync();
                }
                else
                {
                    await swarm.IdleAsync(_stop.Token);
                }
            }
        }
        catch (PeerShareException e)
        {
            swarm.Drop(this, e);
        }
        catch (StreamFailedException e)
        {
            swarm.Drop(this, WireFaults.ToException(e.Error, offer.Peer, e.Detail));
        }
        catch (OperationCanceledException)
        {
            // The file is whole, or this source was given up.
        }
        catch (Exception e)
        {
            swarm.Drop(this, new PeerShareException(PeerError.Unexpected, offer.Peer, e.Message, e));
        }
    }

    private async Task ServeAsync()
    {
        PeerSession session = await offer.Connect(_stop.Token);
        await using SwarmStream stream = new(swarm, this, session, counters);
        Volatile.Write(ref _stream, stream);
        try
        {
            await stream.RunAsync(_stop.Token);
        }
        finally
        {
            Volatile.Write(ref _stream, null);
        }
    }
}
