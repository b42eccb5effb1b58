using PSPeerShare.Core.Content;
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

    /// <summary>
    /// Ends a file whose content is there already, under its name or, with -NewName, a numbered one. False when it has to
    /// be fetched.
    /// </summary>
    public bool Keeps(FetchEntry entry, ContentHash? here, ContentHash wanted)
    {
        if (here != wanted)
        {
            if (Destination.CopyOf(entry, wanted, Stop) is not { } copy)
            {
                return false;
            }

            entry.Record.LocalPath = Destination.LocalPath(copy);
        }

        Board.End(entry.Record, TransferStatus.Unchanged, wanted);
        return true;
    }

    /// <summary>The file has failed here.</summary>
    public void Fail(FetchEntry entry, PeerShareException why)
    {
        if (TakesOver?.Invoke(entry, why) != true)
        {
            Board.Fail(entry.Record, why);
        }
    }
}
