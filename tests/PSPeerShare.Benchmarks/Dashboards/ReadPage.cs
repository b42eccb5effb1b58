using PSPeerShare.Core.Dashboard;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>A page without a browser: it signs in and reads all that the node tells while it is shown.</summary>
internal sealed class ReadPage(DashboardInfo dashboard) : IWatchedPage
{
    private HttpClient? _http;
    private CancellationTokenSource _closed = new();
    private Task _reading = Task.CompletedTask;

    public async Task ShowAsync(CancellationToken cancellationToken)
    {
        _http ??= await SignedIn.ClientAsync(dashboard, cancellationToken);
        Stream events = await _http.GetStreamAsync(new Uri("/api/events", UriKind.Relative), cancellationToken);
        _closed = new CancellationTokenSource();
        _reading = ReadAsync(events, _closed.Token);
    }

    public async Task HideAsync(CancellationToken cancellationToken)
    {
        await _closed.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // It runs in the nodes' own process and is counted there.
    public IReadOnlyDictionary<string, double> Seconds() => new Dictionary<string, double>();

    public async ValueTask DisposeAsync()
    {
        await HideAsync(CancellationToken.None);
        _http?.Dispose();
        _closed.Dispose();
    }

    private static async Task ReadAsync(Stream events, CancellationToken closed)
    {
        await using (events)
        {
            byte[] piece = new byte[64 * 1024];
            while (await events.ReadAsync(piece, closed) > 0)
            {
                // Whatever is told is read.
            }
        }
    }
}
