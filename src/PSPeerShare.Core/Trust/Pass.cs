using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Trust;

/// <summary>What a node may do by a ticket that it uses directly, without standing in the peer book.</summary>
internal sealed record Pass(byte[] TicketId, string? Share, WirePath? Place, PeerRights Rights, DateTimeOffset Expires, bool IsLimited)
{
    /// <summary>The pass that a ticket gives. The inbox is for peers of the book, so there is no Write in it.</summary>
    public static Pass Of(TicketInfo ticket)
    {
        WirePath? place = null;
        bool isReadable = ticket.Path is null || WirePath.TryParse($"{ticket.Share}/{ticket.Path}", out place, out _);
        return new Pass(
            Convert.FromHexString(ticket.Id),
            ticket.Share,
            place,
            isReadable ? ticket.Allow & ~PeerRights.Write : PeerRights.None,
            ticket.Expires,
            ticket.Bytes is not null);
    }

    public bool Covers(ShareRule share, WirePath? path) => Share is null
        ? share.OnlyPeers is null
        : Share == share.Name && (Place is null || path?.IsAtOrBelow(Place) == true);
}
