using System.Collections.Concurrent;
using System.Threading.Channels;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Runs what a peer's request may keep busy for long, reading whole files or walking shares: on threads of its own, so
/// that the pool's are free for frames and handshakes, and only so much at once, for one peer and for all. What has to
/// wait holds no thread. It knows nothing of the work. Any thread.
/// </summary>
/// <param name="atOnceForAll">How much runs at once.</param>
/// <param name="atOnceForPeer">How much of it for one peer.</param>
internal sealed class SlowWork(int atOnceForAll, int atOnceForPeer)
{
    // Rooms: whoever can write is in, and whoever leaves reads. First come, first served.
    private readonly Channel<bool> _all = Channel.CreateBounded<bool>(atOnceForAll);
    private readonly ConcurrentDictionary<NodeId, Channel<bool>> _peers = [];
    private int _running;

    /// <summary>How much runs now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Runs work for a peer once there is room for it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while it waited; running work heeds the token itself.</exception>
    public async Task<T> RunAsync<T>(NodeId peer, Func<T> work, CancellationToken cancellationToken)
    {
        // First the peer's own room: whoever asks much waits there and takes nobody else's.
        Channel<bool> own = _peers.GetOrAdd(peer, _ => Channel.CreateBounded<bool>(atOnceForPeer));
        await own.Writer.WriteAsync(true, cancellationToken).ConfigureAwait(false);
        try
        {
            await _all.Writer.WriteAsync(true, cancellationToken).ConfigureAwait(false);
            try
            {
                return await SpareThreads.RunAsync(() => Run(work)).ConfigureAwait(false);
            }
            finally
            {
                _all.Reader.TryRead(out _);
            }
        }
        finally
        {
            own.Reader.TryRead(out _);
        }
    }

    private T Run<T>(Func<T> work)
    {
        Interlocked.Increment(ref _running);
        try
        {
            return work();
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
