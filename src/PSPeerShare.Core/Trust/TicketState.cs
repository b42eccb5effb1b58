namespace PSPeerShare.Core.Trust;

/// <summary>Whether a ticket still lets somebody in.</summary>
public enum TicketState
{
    /// <summary>It has uses left.</summary>
    Open,

    /// <summary>All uses are taken; the nodes that took them may go on until it expires.</summary>
    Used,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It was revoked.</summary>
    Revoked,
}
