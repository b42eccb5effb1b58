using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// What the running node says of itself, asked for once a second at most, however many pages and views want to know:
/// it may run in another process.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class ServerGlance(IDashboardNode node)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(900);

    private readonly Lock _gate = new();
    private Task<ServerInfo?>? _asking;
    private long _began;

    /// <summary>The node as it was a moment ago; null when none runs.</summary>
    /// <exception cref="PeerShareException">It does not answer.</exception>
    public Task<ServerInfo?> LookAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_asking is null || (_asking.IsCompleted && Environment.TickCount64 - _began >= Freshness.TotalMilliseconds))
            {
                _began = Environment.TickCount64;
                _asking = node.GetServerAsync(CancellationToken.None);
            }

            return _asking.WaitAsync(cancellationToken);
        }
    }
}
