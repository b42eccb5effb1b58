using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Discovery.Servers;

/// <summary>Keeps a discovery server told where this node is, as long as the node runs.</summary>
internal sealed class ServerAnnouncer(DiscoveryServer server, Func<IReadOnlyCollection<string>> addresses, EventLog log)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);

    /// <summary>Which server.</summary>
    public ServerAddress Server => server.Address;

    /// <summary>Whether the server knows where this node is.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Why it does not, printable; nothing while it does, and before the first attempt.</summary>
    public string? Problem { get; private set; }

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
                    (IsKnown, Problem) = (true, null);
                    retry = FirstRetry;
                    due = Environment.TickCount64 + (long)again.TotalMilliseconds;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
                {
                    (IsKnown, Problem) = (false, e is OperationCanceledException ? "it does not answer" : Printable.Escape(e.Message, 200));
                    log.Warning($"announcing to {server.Address.Host}:{server.Address.Port}: {Problem}");
                    told = [];
                    due = Environment.TickCount64 + (long)retry.TotalMilliseconds;
                    retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
                }
            }

            await Task.Delay(LookInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
