namespace PSPeerShare.Output;

/// <summary>What a ticket is still good for.</summary>
public enum PeerTicketState
{
    /// <summary>It can be redeemed.</summary>
    Open = 0,

    /// <summary>All its uses are taken.</summary>
    Used = 1,

    /// <summary>Its time is over.</summary>
    Expired = 2,

    /// <summary>It was taken back.</summary>
    Revoked = 3,
}
