using System.Runtime.CompilerServices;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core;

// Tickets that are used directly: nobody gets into a peer book.
public sealed partial class PeerNode
{
    /// <summary>Asks the issuer of a ticket for files. What it finds carries the ticket, so that fetching it works too.</summary>
    /// <param name="ticket">The ticket's text.</param>
    /// <param name="options">What to look for; the peers in it are not asked.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="PeerShareException">Any of the ticket's and connecting's errors.</exception>
    public async IAsyncEnumerable<SearchResult> FindFilesByTicketAsync(
        string ticket, FindOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PeerTarget issuer = await _services.UseTicketAsync(ticket, cancellationToken);
        await foreach (SearchResult found in new FileSearch(_services.Sessions).FindAsync(options, [issuer], cancellationToken))
        {
            yield return found.File is { } file ? found with { File = file with { Ticket = ticket } } : found;
        }
    }

    /// <summary>The issuer's files that a path means, or all that the ticket shows when there is no path.</summary>
    /// <exception cref="PeerShareException">Any of the ticket's errors, and those of expanding a path.</exception>
    public async IAsyncEnumerable<RemoteFile> ExpandByTicketAsync(
        string ticket, string path, bool recurse, bool withHashes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PeerTarget issuer = await _services.UseTicketAsync(ticket, cancellationToken);
        await foreach (RemoteFile file in ExpandAsync(issuer, path, recurse, withHashes, cancellationToken))
        {
            yield return file with { Ticket = ticket };
        }
    }

    // A ticket is proved again before each session: its issuer may have forgotten the proof.
    private async Task<PeerSession> OpenHolderAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        PeerTarget holder = file.Ticket is { } ticket
            ? await _services.UseTicketAsync(ticket, cancellationToken)
            : file.Addresses is { } addresses ? new PeerTarget(file.Peer, file.NodeId, addresses) { IsApart = true }
            : HolderOf(file);
        return await _services.Sessions.OpenAsync(holder, ConnectPatience, cancellationToken);
    }
}
