namespace PSPeerShare.Core.Trust;

/// <summary>What became of a proof. Only the log sees the difference: the wire says accepted or refused.</summary>
internal enum TicketOutcome
{
    Accepted,
    Unknown,
    WrongProof,
    Expired,
    Revoked,
    UsedUp,
    OtherNode,
}
