namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Tries several addresses of one peer: the best first, the next ones while it has not answered. The first that
/// succeeds wins, the others are given up.
/// </summary>
internal static class AddressRace
{
    /// <summary>How long an address has the field to itself; RFC 8305 section 5 suggests 250 ms.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <exception cref="PeerShareException">The most telling failure of all addresses.</exception>
    public static async Task<T> RunAsync<T>(
        IReadOnlyList<string> addresses, Func<string, CancellationToken, Task<T>> dial, CancellationToken cancellationToken)
        where T : class, IAsyncDisposable
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<T>> running = [];
        List<PeerShareException> failures = [];
        int next = 0;
        T? winner = null;
        try
        {
            while (winner is null && (next < addresses.Count || running.Count > 0))
            {
                if (next < addresses.Count)
                {
                    running.Add(dial(addresses[next++], lost.Token));
                }

                Task pause = next < addresses.Count ? Task.Delay(HeadStart, lost.Token) : Task.Delay(Timeout.Infinite, lost.Token);
                await Task.WhenAny([pause, .. running]);
                cancellationToken.ThrowIfCancellationRequested();
                foreach (Task<T> ended in running.FindAll(t => t.IsCompleted))
                {
                    running.Remove(ended);
                    winner = await TakeAsync(ended, winner, failures);
                }
            }
        }
        finally
        {
            await lost.CancelAsync();
            foreach (Task<T> late in running)
            {
                _ = DropAsync(late);
            }
        }

        return winner ?? throw MostTelling(failures);
    }

    private static async Task<T?> TakeAsync<T>(
        Task<T> ended, T? winner, List<PeerShareException> failures)
        where T : class, IAsyncDisposable
    {
        try
        {
            T connection = await ended;
            if (winner is null)
            {
                return connection;
            }

            await connection.DisposeAsync();
        }
        catch (PeerShareException e)
        {
            failures.Add(e);
        }

        return winner;
    }

    private static async Task DropAsync<T>(Task<T> late)
        where T : class, IAsyncDisposable
    {
        try
        {
            await (await late).DisposeAsync();
        }
        catch (Exception e) when (e is PeerShareException or OperationCanceledException)
        {
            // It lost the race; why it failed does not matter any more.
        }
    }

    // What answered says more than what did not.
    private static PeerShareException MostTelling(List<PeerShareException> failures) =>
        failures.MaxBy(f => f.Error switch
        {
            PeerError.PeerIdentityChanged or PeerError.NotTrustedByPeer or PeerError.PeerNotTrusted or PeerError.ProtocolMismatch or PeerError.PeerBusy => 4,
            PeerError.NotPeerShare => 3,
            PeerError.ConnectTimeout => 2,
            PeerError.PeerUnreachable => 1,
            _ => 0,
        }) ?? new PeerShareException(PeerError.PeerHasNoAddress);
}
