using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Tries the addresses of one peer: the best first, the next ones while it has not answered, and those that others
/// know when the first ones had their chance. The first that succeeds wins, the others are given up.
/// </summary>
internal static class AddressRace
{
    /// <summary>How long an address has the field to itself; RFC 8305 section 5 suggests 250 ms.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>Of what others say about a peer, no more than this is tried.</summary>
    private const int FoundAddresses = 32;

    /// <exception cref="PeerShareException">The most telling failure of all addresses.</exception>
    public static Task<T> RunAsync<T>(
        IReadOnlyList<string> addresses, Func<string, CancellationToken, Task<T>> dial, CancellationToken cancellationToken)
        where T : class, IAsyncDisposable => RunAsync(
            [.. addresses.Select(address => new DialCandidate(address, PeerPath.Known))],
            _ => null,
            (candidate, stop) => dial(candidate.Address, stop),
            [],
            cancellationToken);

    /// <param name="known">The addresses to begin with.</param>
    /// <param name="find">More of them, as they are found; asked when the first one did not answer at once.</param>
    /// <param name="dial">Tries one.</param>
    /// <param name="attempts">Gets what failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerShareException">The most telling failure of all addresses.</exception>
    public static async Task<T> RunAsync<T>(
        IReadOnlyList<DialCandidate> known,
        Func<CancellationToken, IAsyncEnumerable<DialCandidate>?> find,
        Func<DialCandidate, CancellationToken, Task<T>> dial,
        List<DialAttempt> attempts,
        CancellationToken cancellationToken)
        where T : class, IAsyncDisposable
    {
        using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using FoundCandidates found = new(find, [.. known.Select(candidate => candidate.Address)], FoundAddresses, lost.Token);
        Queue<DialCandidate> waiting = new(known);
        List<(DialCandidate Candidate, Task<T> Dial)> running = [];
        T? winner = null;
        try
        {
            while (winner is null)
            {
                if (waiting.TryDequeue(out DialCandidate? next))
                {
                    running.Add((next, dial(next, lost.Token)));
                }
                else if (running.Count == 0)
                {
                    found.Begin();
                }

                if (running.Count == 0 && found.IsOver)
                {
                    break;
                }

                bool isMoreToCome = waiting.Count > 0 || !found.HasBegun;
                Task pause = Task.Delay(isMoreToCome ? HeadStart : Timeout.InfiniteTimeSpan, lost.Token);
                await Task.WhenAny([pause, found.Next, .. running.Select(r => r.Dial)]);
                cancellationToken.ThrowIfCancellationRequested();
                foreach ((DialCandidate Candidate, Task<T> Dial) ended in running.FindAll(r => r.Dial.IsCompleted))
                {
                    running.Remove(ended);
                    winner = await TakeAsync(ended.Candidate, ended.Dial, winner, attempts);
                }

                if (found.Next.IsCompleted && found.Take() is { } candidate)
                {
                    waiting.Enqueue(candidate);
                }
                else if (pause.IsCompleted)
                {
                    found.Begin();
                }
            }
        }
        finally
        {
            await lost.CancelAsync();
            foreach ((_, Task<T> late) in running)
            {
                _ = DropAsync(late);
            }
        }

        return winner ?? throw MostTelling(attempts);
    }

    private static async Task<T?> TakeAsync<T>(DialCandidate candidate, Task<T> ended, T? winner, List<DialAttempt> attempts)
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
            attempts.Add(new DialAttempt(candidate.Address, candidate.Path, e));
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

    // What answered says more than what did not, and where the user said the peer is more than what others claim.
    private static PeerShareException MostTelling(List<DialAttempt> attempts) =>
        attempts.OrderBy(attempt => attempt.Path).MaxBy(attempt => attempt.Error.Error switch
        {
            PeerError.PeerIdentityChanged when attempt.Path != PeerPath.Known => 0,
            PeerError.PeerIdentityChanged or PeerError.NotTrustedByPeer or PeerError.PeerNotTrusted or PeerError.ProtocolMismatch or PeerError.PeerBusy => 4,
            PeerError.NotPeerShare => 3,
            PeerError.ConnectTimeout => 2,
            PeerError.PeerUnreachable => 1,
            _ => 0,
        })?.Error ?? new PeerShareException(PeerError.PeerHasNoAddress);
}
