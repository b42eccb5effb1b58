using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Connects to the first of a host's addresses that answers: IPv6 and IPv4 by turns, each a quarter of a second after
/// the one before or as soon as that failed (RFC 8305 in small).
/// </summary>
internal static class TcpDial
{
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <exception cref="SocketException">The name is unknown, or no address took the connection; then the first failure.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, TimeProvider clock, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Socket>>();
        Exception? firstFailure = null;
        int next = 0;
        while (next < addresses.Length || running.Count > 0)
        {
            if (next < addresses.Length)
            {
                running.Add(ConnectAsync(addresses[next++], port, losers.Token));
            }
            Task<Socket>? ended = await FirstAsync(running, next < addresses.Length, clock, cancellationToken).ConfigureAwait(false);
            if (ended is null)
            {
                continue;
            }
            running.Remove(ended);
            if (ended.IsCompletedSuccessfully)
            {
                await losers.CancelAsync().ConfigureAwait(false);
                running.ForEach(DisposeWhenDone);
                return await ended.ConfigureAwait(false);
            }
            firstFailure ??= ended.Exception?.InnerException;
        }
        cancellationToken.ThrowIfCancellationRequested();
        throw firstFailure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return [literal];
        }
        IPAddress[] found = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        IPAddress[] six = [.. found.Where(address => address.AddressFamily == AddressFamily.InterNetworkV6)];
        IPAddress[] four = [.. found.Where(address => address.AddressFamily == AddressFamily.InterNetwork)];
        return [.. Enumerable.Range(0, Math.Max(six.Length, four.Length)).SelectMany(i => six.Skip(i).Take(1).Concat(four.Skip(i).Take(1)))];
    }

    // Null when it is time for the next address.
    private static async Task<Task<Socket>?> FirstAsync(
        List<Task<Socket>> running, bool hasMore, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task<Task<Socket>> any = Task.WhenAny(running);
        if (!hasMore)
        {
            return await any.ConfigureAwait(false);
        }
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task pause = Task.Delay(Stagger, clock, waiting.Token);
        bool isAny = await Task.WhenAny(any, pause).ConfigureAwait(false) == any;
        await waiting.CancelAsync().ConfigureAwait(false);
        return isAny ? await any.ConfigureAwait(false) : null;
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        // NoDelay before the TLS handshake: it costs 45 ms otherwise.
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void DisposeWhenDone(Task<Socket> loser) =>
        _ = loser.ContinueWith(
            done =>
            {
                if (done.IsCompletedSuccessfully)
                {
                    done.Result.Dispose();
                }
                else
                {
                    _ = done.Exception;
                }
            },
            TaskScheduler.Default);
}
