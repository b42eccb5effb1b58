using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>What the workers of one fetch job share.</summary>
/// <param name="Options">Where and how.</param>
/// <param name="Destination">The names and what is there.</param>
/// <param name="Board">Progress and results.</param>
/// <param name="Slots">How many files may be written at once.</param>
/// <param name="Limit">The most that is received from all of them together.</param>
/// <param name="Stop">Ends the job.</param>
internal sealed record PeerFetchContext(
    FetchOptions Options, FetchDestination Destination, TransferBoard Board, SemaphoreSlim Slots, RateLimiter Limit, CancellationToken Stop)
{
    /// <summary>Asked with every file that fails: true when somebody else sees to its outcome. Any thread.</summary>
    public Func<FetchEntry, PeerShareException, bool>? TakesOver { get; init; }

    /// <summary>The file has failed here.</summary>
    public void Fail(FetchEntry entry, PeerShareException why)
    {
        if (TakesOver?.Invoke(entry, why) != true)
        {
            Board.Fail(entry.Record, why);
        }
    }
}
