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
    FetchOptions Options, FetchDestination Destination, TransferBoard Board, SemaphoreSlim Slots, RateLimiter Limit, CancellationToken Stop);
