namespace PSPeerShare.Core.Trust;

/// <summary>The answer to a proof.</summary>
/// <param name="Outcome">Accepted, or why not.</param>
/// <param name="Ticket">The ticket, when accepted.</param>
/// <param name="Answer">The issuer's own proof, when accepted.</param>
/// <param name="IsFirstUse">Whether this proof has taken a use; later ones of the same node take none.</param>
internal sealed record TicketVerdict(
    TicketOutcome Outcome, TicketInfo? Ticket = null, byte[]? Answer = null, bool IsFirstUse = false)
{
    public bool IsAccepted => Outcome == TicketOutcome.Accepted;
}
