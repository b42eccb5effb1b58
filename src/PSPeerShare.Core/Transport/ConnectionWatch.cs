using System.Collections.Concurrent;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Looks at all connections of a node once a second. One timer for all of them: one each woke a thread of the pool for
/// each, which was a third of what fifty nodes with 2,450 idle connections did.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class ConnectionWatch(TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<PeerConnection, bool> _watched = [];
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private int _isLooking;

    public void Add(PeerConnection connection)
    {
        lock (_gate)
        {
            _watched[connection] = true;
            _timer ??= clock.CreateTimer(_ => Look(), null, Period, Period);
        }
    }

    public void Remove(PeerConnection connection)
    {
        lock (_gate)
        {
            _watched.TryRemove(connection, out _);
            if (_watched.IsEmpty)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    private void Look()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) == 1)
        {
            return;
        }

        try
        {
            foreach (PeerConnection connection in _watched.Keys)
            {
                connection.Watch();
            }
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
