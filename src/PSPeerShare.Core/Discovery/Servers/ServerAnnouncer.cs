using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Discovery.Servers;

/// <summary>Keeps a discovery server told where this node is, as long as the node runs.</summary>
internal sealed class ServerAnnouncer(DiscoveryServer server, Func<IReadOnlyCollection<string>> addresses, EventLog log)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);

    /// <summary>Announces at once, when the addresses change and when it is due, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string[] told = [];
        TimeSpan retry = FirstRetry;
        long due = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            string[] now = [.. addresses().Order(StringComparer.Ordinal)];
            if (now.Length > 0 && (Environment.TickCount64 >= due || (told.Length > 0 && !now.SequenceEqual(told))))
            {
                try
                {
                    TimeSpan again = await server.AnnounceAsync(now, cancellationToken);
                    told = now;
                    retry = FirstRetry;
                    due = Environment.TickCount64 + (long)again.TotalMilliseconds;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
                {
                    log.Warning($"announcing to {server.Address.Host}:{server.Address.Port}: {Printable.Escape(e.Message, 200)}");
                    told = [];
                    due = Environment.TickCount64 + (long)retry.TotalMilliseconds;
                    retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
                }
            }

            await Task.Delay(LookInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
