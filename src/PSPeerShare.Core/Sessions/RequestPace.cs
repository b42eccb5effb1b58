using System.Collections.Concurrent;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// A token bucket of requests for each peer. Who asks faster than it fills waits, and with it at most as many streams
/// as it may open; nobody else does. This home's own requests are not counted.
/// </summary>
internal sealed class RequestPace(NodeId self, TimeProvider? clock = null)
{
    private readonly ConcurrentDictionary<NodeId, RateLimiter> _buckets = [];

    /// <summary>Completes when the peer's next request may be answered.</summary>
    public ValueTask WaitAsync(NodeId peer, CancellationToken cancellationToken) => peer == self
        ? ValueTask.CompletedTask
        : _buckets.GetOrAdd(peer, _ => new RateLimiter(Limits.RequestsPerSecond, clock)).WaitAsync(1, cancellationToken);
}
