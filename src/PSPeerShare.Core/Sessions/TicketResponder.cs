using Google.Protobuf;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// The issuer's side of a ticket: checks the proof, takes the redeemer into the peer book and proves itself in turn.
/// The book's entry is written before the answer leaves, so that nobody is trusted by one side only for long: a
/// redeemer that missed the answer asks again and finds its use of the ticket bound to itself.
/// </summary>
internal sealed class TicketResponder(
    NodeId self, TicketBook tickets, PeerBook peers, PassBook passes, Func<(string Name, IReadOnlyList<string> Addresses)> introduce, Action changed, EventLog log, AuditLog audit)
{
    public async Task RedeemAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        PeerConnection connection = stream.Connection;
        NodeId redeemer = connection.RemoteId;
        TicketProof message = opening.Parse(TicketProof.Parser);
        ProofContext context = TicketProofs.ContextOf(connection, self);
        TicketVerdict verdict = tickets.Redeem(message.TicketId.Span, message.Proof.Span, context);
        string ticketId = Convert.ToHexStringLower(message.TicketId.Span[..Math.Min(message.TicketId.Length, 16)]);
        if (!verdict.IsAccepted)
        {
            Refuse(stream, ticketId, verdict.Outcome);
            return;
        }

        if (!message.Once && verdict.Ticket!.Bytes is not null)
        {
            // Trust that lasts has no count of bytes, so the limit would be gone.
            audit.RefuseStranger("redeem", redeemer, connection.RemoteEndPoint, nameof(PeerError.TicketNotLasting));
            stream.Fail(WireError.BadRequest);
            return;
        }

        PeerRights allow;
        try
        {
            TicketInfo ticket = verdict.Ticket!;
            audit.Grant(
                "redeem", redeemer, connection.RemoteEndPoint, ticket.Share, ticket.Path,
                $"{(message.Once ? "used" : "accepted")}: ticket {ticketId}, {ticket.Allow}");
            allow = message.Once ? Use(verdict, redeemer) : Admit(verdict, redeemer, message);
        }
        catch (PeerShareException e) when (e.Error == PeerError.TicketRefused)
        {
            // Removed or revoked since the verdict.
            Refuse(stream, ticketId, TicketOutcome.Revoked);
            return;
        }

        log.TicketRedeemed(ticketId, redeemer);

        (string name, IReadOnlyList<string> addresses) = introduce();
        TicketAccepted accepted = new()
        {
            Proof = ByteString.CopyFrom(verdict.Answer!),
            Allow = (uint)allow,
            NodeName = name,
        };
        accepted.Addresses.AddRange(addresses);
        await stream.SendAsync(FrameType.TicketAccepted, accepted, last: true, cancellationToken);
    }

    private void Refuse(PeerStream stream, string ticketId, TicketOutcome outcome)
    {
        PeerConnection connection = stream.Connection;
        log.TicketRefused(ticketId, connection.RemoteId, outcome);
        audit.RefuseStranger("redeem", connection.RemoteId, connection.RemoteEndPoint, outcome.ToString());

        // One attempt a connection: guessing costs a handshake each, and cannot fill the logs.
        _ = connection.GoAwayAsync(CloseReason.Normal, CancellationToken.None);
        stream.Fail(WireError.Refused);
    }

    private PeerRights Use(TicketVerdict verdict, NodeId node)
    {
        passes.Issue(node, verdict.Ticket!);
        return verdict.Ticket!.Allow & ~PeerRights.Write;
    }

    private PeerRights Admit(TicketVerdict verdict, NodeId node, TicketProof message)
    {
        BookedPeer booked = peers.AdmitByTicket(verdict, node, message.NodeName, message.Addresses);
        if (!booked.IsUnchanged)
        {
            log.PeerAdded(node, booked.Peer.Name, booked.Peer.Allow);
            changed();
        }

        return booked.Peer.Allow;
    }
}
