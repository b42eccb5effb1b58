using Google.Protobuf;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// The redeemer's side of a ticket: proves that it holds it, demands the same of the issuer, and takes the issuer
/// into the peer book.
/// </summary>
internal sealed class TicketRedemption(
    NodeId self,
    PeerBook peers,
    Func<PeerAddress, NodeId, CancellationToken, Task<PeerConnection>> dial,
    Func<(string Name, IReadOnlyList<string> Addresses)> introduce)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <exception cref="PeerShareException">The ticket's errors, or why its issuer cannot be reached.</exception>
    public async Task<AddedPeer> RedeemAsync(string text, AddPeerOptions options, CancellationToken cancellationToken)
    {
        (TicketText ticket, TicketAccepted accepted, string used, string[] addresses) =
            await ProveAsync(text, options.Addresses, once: false, cancellationToken);
        return Remember(ticket, accepted, used, addresses, options);
    }

    /// <summary>Proves a ticket for the use of its issuer's files now; no book gets an entry.</summary>
    /// <returns>The issuer, to be asked as long as the ticket is good.</returns>
    /// <exception cref="PeerShareException">As for redeeming.</exception>
    public async Task<PeerTarget> UseAsync(string text, CancellationToken cancellationToken)
    {
        (TicketText ticket, _, string used, string[] addresses) = await ProveAsync(text, [], once: true, cancellationToken);
        return new PeerTarget(peers.Find(ticket.Issuer)?.Name ?? ticket.Issuer.ShortId, ticket.Issuer, [used, .. addresses.Where(a => a != used)]);
    }

    private async Task<(TicketText Ticket, TicketAccepted Accepted, string Used, string[] Addresses)> ProveAsync(
        string text, IReadOnlyList<string> first, bool once, CancellationToken cancellationToken)
    {
        TicketText ticket = TicketText.Parse(text, DateTimeOffset.UtcNow);
        ticket.RefuseOwn(self);
        string[] addresses = [.. first.Concat(ticket.Addresses).Distinct(StringComparer.OrdinalIgnoreCase)];
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await using PeerSession session = await AddressRace.RunAsync(addresses, DialAsync, patience.Token);
            TicketAccepted accepted = await ProveAsync(session, ticket, once, patience.Token);
            return (ticket, accepted, session.Address!, addresses);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PeerShareException(PeerError.ConnectTimeout, ticket.Issuer.ToString(), string.Join(", ", addresses));
        }

        async Task<PeerSession> DialAsync(string address, CancellationToken stop)
        {
            PeerConnection connection = await dial(PeerAddress.Parse(address), ticket.Issuer, stop);
            return new PeerSession(connection, ticket.Issuer.ShortId, address);
        }
    }

    private async Task<TicketAccepted> ProveAsync(PeerSession session, TicketText ticket, bool once, CancellationToken cancellationToken)
    {
        ProofContext context = TicketProofs.ContextOf(session.Connection, self);
        TicketKey key = ticket.DeriveKey();
        (string name, IReadOnlyList<string> addresses) = introduce();
        TicketProof proof = new()
        {
            TicketId = ByteString.CopyFrom(ticket.TicketId),
            Proof = ByteString.CopyFrom(key.Prove(ProofRole.Dialler, context)),
            NodeName = name,
            Once = once,
        };
        proof.Addresses.AddRange(addresses);
        await using PeerStream stream = session.Open(FrameType.TicketProof, proof);
        try
        {
            using InboundFrame? frame = await session.ReceiveAsync(stream, null, Patience, cancellationToken);
            TicketAccepted accepted = frame?.Type == FrameType.TicketAccepted
                ? frame.Parse(TicketAccepted.Parser)
                : throw session.Violation("no answer to a ticket");
            return key.Verify(ProofRole.Acceptor, context, accepted.Proof.Span)
                ? accepted
                : throw session.Violation("the issuer does not know the ticket's secret");
        }
        catch (PeerShareException e) when (e.Error == PeerError.RequestRefused)
        {
            throw new PeerShareException(PeerError.TicketRefused, session.Address, null, e);
        }
        catch (PeerShareException e) when (e is { Error: PeerError.ProtocolViolation, InnerException: null, Detail: null })
        {
            // Said only to who has proved the ticket.
            throw new PeerShareException(PeerError.TicketNotLasting, null, null, e);
        }
    }

    private AddedPeer Remember(TicketText ticket, TicketAccepted accepted, string used, string[] addresses, AddPeerOptions options)
    {
        string[] all = [used, .. addresses, .. accepted.Addresses];
        BookedPeer booked = peers.Admit(ticket.Issuer, options.Name ?? accepted.NodeName, all, options.Allow);
        if (options.RateLimit is not null || (options.Name is not null && booked.Peer.Name != options.Name))
        {
            booked = peers.Update(ticket.Issuer, new PeerChange { Name = options.Name, RateLimit = options.RateLimit });
        }

        return new AddedPeer(booked.Peer, booked.IsRenamed ? options.Name ?? Printable.Escape(accepted.NodeName) : null);
    }
}
