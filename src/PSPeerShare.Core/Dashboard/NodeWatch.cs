using System.Diagnostics;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Traffic of the last minutes, a point a second.</summary>
/// <param name="Time">Milliseconds since 1970.</param>
/// <param name="Sent">Bytes a second to peers.</param>
/// <param name="Received">Bytes a second from peers.</param>
internal sealed record TrafficPoint(long Time, long Sent, long Received);

/// <summary>Looks at the counters once a second, so that a page that opens later has the last minutes too.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class NodeWatch : IAsyncDisposable
{
    private const int Points = 300;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IDashboardNode _node;
    private readonly ServerGlance _glance;
    private readonly Lock _gate = new();
    private readonly Queue<TrafficPoint> _points = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private Traffic? _last;
    private long _lastTime;

    public NodeWatch(IDashboardNode node, ServerGlance glance)
    {
        _node = node;
        _glance = glance;
        _watching = WatchAsync();
    }

    /// <summary>The points after a time, the oldest first.</summary>
    public IReadOnlyList<TrafficPoint> After(long time)
    {
        lock (_gate)
        {
            return [.. _points.Where(p => p.Time > time)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WatchAsync()
    {
        using PeriodicTimer timer = new(Interval);
        do
        {
            try
            {
                Add(_node.GetTraffic(await _glance.LookAsync(_stop.Token)));
            }
            catch (PeerShareException)
            {
                // The node that was looked at ended or does not answer; its counters begin anew.
                _last = null;
            }
        }
        while (await timer.WaitForNextTickAsync(_stop.Token));
    }

    private void Add(Traffic now)
    {
        long time = Stopwatch.GetTimestamp();
        if (_last is { } last && now.Sent >= last.Sent && now.Received >= last.Received)
        {
            double seconds = Stopwatch.GetElapsedTime(_lastTime, time).TotalSeconds;
            TrafficPoint point = new(
                DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), (long)((now.Sent - last.Sent) / seconds), (long)((now.Received - last.Received) / seconds));
            lock (_gate)
            {
                _points.Enqueue(point);
                if (_points.Count > Points)
                {
                    _points.Dequeue();
                }
            }
        }

        _last = now;
        _lastTime = time;
    }
}
