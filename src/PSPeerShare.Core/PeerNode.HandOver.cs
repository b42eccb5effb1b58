using System.Net;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core;

// Files for whoever types a code; nobody gets into a peer book.
public sealed partial class PeerNode
{
    /// <summary>Offers files, and folders with everything below them, to whoever types the code.</summary>
    /// <param name="paths">Full local paths.</param>
    /// <param name="port">The TCP port to listen on; 0 is any free one.</param>
    /// <param name="addresses">The addresses to listen on; none is all of them.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.SharePathNotFound"/>, <see cref="PeerError.PortInUse"/>,
    /// <see cref="PeerError.ListenAddressInvalid"/>.</exception>
    public PeerNodeHandOver OfferFiles(IReadOnlyList<string> paths, int port, IReadOnlyList<IPAddress> addresses) =>
        new(_services.HandOver(paths, port, addresses));

    /// <summary>The hand-overs that wait in this home's sessions, the oldest first. Their codes were shown where they began.</summary>
    public IReadOnlyList<HandOverInfo> GetHandOvers() => [.. _services.Store.HandOvers.List().Select(
        row => new HandOverInfo(row.Id, row.Name, row.Files, row.Bytes, row.Port, row.Created, row.Expires, row.Receiver))];

    /// <summary>Has the session that hands over end it, within a second.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TicketNotFound"/>.</exception>
    public void WithdrawHandOver(string id)
    {
        if (!_services.Store.HandOvers.Withdraw(id))
        {
            throw new PeerShareException(PeerError.TicketNotFound, Diagnostics.Printable.Escape(id, 80));
        }
    }

    /// <summary>Proves a code to the node that shows it and lists what it hands over.</summary>
    /// <param name="code">The code, as it was typed.</param>
    /// <param name="addresses">Where the node listens; none asks the network who hands over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerShareException">Any of pairing's and connecting's errors; <see cref="PeerError.PairingAmbiguous"/>,
    /// <see cref="PeerError.PairingNodeNotFound"/>.</exception>
    public async Task<IReadOnlyList<SearchResult>> ReceiveAsync(
        string code, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        PairingCode parsed = PairingCode.Parse(code);
        IReadOnlyList<string> waiting = await AddressesForCodeAsync(addresses, _services.FindHandOversAsync, cancellationToken);
        PairingRequest request = new(
            _services.Identity.Id, _services.DialAnyoneAsync, _services.Introduce, PairingPurpose.HandOver, PairingSteps.HandOverCapability);
        PairedNode sender = await request.RunAsync(parsed, waiting, cancellationToken);
        _services.KeepHost(sender.NodeId);
        PeerTarget target = new(sender.NodeId.ShortId, sender.NodeId, [sender.Address]) { IsApart = true };
        List<SearchResult> all = [];
        await foreach (SearchResult found in new FileSearch(_services.Sessions).FindAsync(new FindOptions(), [target], cancellationToken))
        {
            SearchResult kept = Kept(found);
            all.Add(kept.File is { } file ? new SearchResult(file with { Addresses = target.Addresses }, null) : kept);
        }

        return all;
    }

    /// <summary>Proves a ticket and lists all that it shows.</summary>
    /// <exception cref="PeerShareException">Any of the ticket's and connecting's errors.</exception>
    public async Task<IReadOnlyList<SearchResult>> ReceiveByTicketAsync(string ticket, CancellationToken cancellationToken)
    {
        List<SearchResult> all = [];
        await foreach (SearchResult found in FindFilesByTicketAsync(ticket, new FindOptions(), cancellationToken))
        {
            all.Add(Kept(found));
        }

        return all;
    }

    /// <summary>
    /// Tells the sender that everything is here, which ends its waiting. Without it the sender counts nothing as
    /// delivered, so it is not said where something could not even be listed.
    /// </summary>
    /// <param name="received">What <see cref="ReceiveAsync"/> listed.</param>
    public void ConfirmReceived(IReadOnlyList<SearchResult> received)
    {
        if (received.Count == 0 || received.Any(static result => result.File is null))
        {
            return;
        }

        // One home may hand over several times at once, at a port each.
        RemoteFile file = received[0].File!;
        NodeId sender = file.NodeId;
        _services.Sessions.CloseApart(sender, file.Addresses ?? [], CloseReason.Normal, Hosting.HandOver.Received);
        _services.ForgetHost(sender);
    }

    /// <summary>The hand-overs that the network knows of now.</summary>
    internal Task<IReadOnlyList<PairingCandidate>> FindHandOversAsync(CancellationToken cancellationToken) =>
        _services.FindHandOversAsync(cancellationToken);

    // What cannot be listed for its number or its names spoils nothing of the rest; without an answer there is no rest.
    private static SearchResult Kept(SearchResult found) =>
        found.File is not null || found.Failure?.Error == PeerError.EntriesLeftOut ? found : throw found.Failure!;
}
