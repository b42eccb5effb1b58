using System.Net;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core;

// Files for whoever types a code; nobody gets into a peer book.
public sealed partial class PeerNode
{
    /// <summary>Offers files, and folders with everything below them, to whoever types the code.</summary>
    /// <param name="paths">Full local paths.</param>
    /// <param name="port">The TCP port to listen on; 0 is any free one.</param>
    /// <param name="addresses">The addresses to listen on; none is all of them.</param>
    /// <returns>The offer; what cannot be handed over is in <see cref="PeerNodeHandOver.LeftOut"/>.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.PortInUse"/>, <see cref="PeerError.ListenAddressInvalid"/>.</exception>
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
        PairedNode sender = await IfItIsStillThereAsync(() => request.RunAsync(parsed, waiting, cancellationToken));
        PeerTarget target = new(sender.NodeId.ShortId, sender.NodeId, [sender.Address]) { IsApart = true };
        _services.KeepHandOver(sender.NodeId, target.Addresses);
        return await IfItIsStillThereAsync(() => ListAsync(target, cancellationToken), PeerError.NotTrustedByPeer);
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
    /// Tells the sender that there is no more to wait for, which ends its command. It knows itself what it could not give:
    /// that counts as not delivered. What failed here may be tried again with the same code, so then it is not said.
    /// </summary>
    /// <param name="received">What <see cref="ReceiveAsync"/> listed.</param>
    /// <param name="failed">What of it did not arrive.</param>
    /// <returns>Whether it was said.</returns>
    public bool ConfirmReceived(IReadOnlyList<SearchResult> received, params IEnumerable<TransferInfo> failed)
    {
        RemoteFile? file = received.Select(result => result.File).FirstOrDefault(listed => listed is not null);
        if (file is null || !failed.All(transfer => IsSenders(transfer.Error?.Error)))
        {
            return false;
        }

        // One home may hand over several times at once, at a port each.
        IReadOnlyList<string> addresses = file.Addresses ?? [];
        _services.Sessions.CloseApart(file.NodeId, addresses, CloseReason.Normal, Hosting.HandOver.Received);
        _services.ForgetHandOver(file.NodeId, addresses);
        return true;
    }

    /// <summary>The hand-overs that the network knows of now.</summary>
    internal Task<IReadOnlyList<PairingCandidate>> FindHandOversAsync(CancellationToken cancellationToken) =>
        _services.FindHandOversAsync(cancellationToken);

    private async Task<IReadOnlyList<SearchResult>> ListAsync(PeerTarget sender, CancellationToken cancellationToken)
    {
        List<SearchResult> all = [];
        await foreach (SearchResult found in new FileSearch(_services.Sessions).FindAsync(new FindOptions(), [sender], cancellationToken))
        {
            SearchResult kept = Kept(found);
            all.Add(kept.File is { } file ? new SearchResult(file with { Addresses = sender.Addresses }, null) : kept);
        }

        return all;
    }

    // One that is over ends in several ways, by how far it has gone: none of them is a peer that should be started again.
    private static async Task<T> IfItIsStillThereAsync<T>(Func<Task<T>> ask, PeerError ended = PeerError.PairingNotOpen)
    {
        const string Over = "no hand-over waits there any more: it is finished or was withdrawn, and its code is spent";
        try
        {
            return await ask();
        }
        catch (PeerShareException e) when (e.Error == ended || e.Error == PeerError.PeerShuttingDown)
        {
            throw new PeerShareException(PeerError.PairingNotOpen, e.Target, Over, e);
        }
        catch (PeerShareException e) when (e.Error == PeerError.PeerUnreachable)
        {
            throw new PeerShareException(e.Error, e.Target, $"{e.Detail}; if the address is right, {Over}", e);
        }
    }

    // The sender said so; nothing that is done here changes it.
    private static bool IsSenders(PeerError? error) => error is PeerError.FileNotFound or PeerError.FileNotReadable or PeerError.FileChanged;

    // What cannot be listed for its number or its names spoils nothing of the rest; without an answer there is no rest.
    private static SearchResult Kept(SearchResult found) =>
        found.File is not null || found.Failure?.Error == PeerError.EntriesLeftOut ? found : throw found.Failure!;
}
