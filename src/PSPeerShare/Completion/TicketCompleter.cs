using System.Globalization;
using PSPeerShare.Core;

namespace PSPeerShare.Completion;

/// <summary>Offers the ids of this home's tickets.</summary>
public sealed class TicketCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Candidates(PeerNode node, Asked asked) =>
        node.GetTickets().Select(static ticket => new Candidate(
            ticket.Id,
            string.Create(CultureInfo.InvariantCulture, $"{ticket.State}, {ticket.UsesLeft} of {ticket.Uses} uses left, until {ticket.Expires.LocalDateTime:g}")));
}
