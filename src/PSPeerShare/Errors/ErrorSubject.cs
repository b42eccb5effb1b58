using PSPeerShare.Core;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Errors;

/// <summary>Whom or what the message of a failed transfer is about: some failures are the peer's, others the file's.</summary>
internal static class ErrorSubject
{
    internal static string Of(TransferInfo transfer)
    {
        string? named = transfer.Error?.Target;
        if (transfer.Error is not null && IsThePeers(transfer.Error.Error))
        {
            return named is null || named == transfer.LocalPath || named == transfer.SharePath ? transfer.Peer : named;
        }

        return named ?? transfer.SharePath;
    }

    private static bool IsThePeers(PeerError error) => error
        is PeerError.PeerNotFound or PeerError.PeerHasNoAddress or PeerError.HostNotFound or PeerError.PeerUnreachable
        or PeerError.ConnectTimeout or PeerError.NotPeerShare or PeerError.PeerIdentityChanged
        or PeerError.NotTrustedByPeer or PeerError.PeerNotTrusted or PeerError.ProtocolMismatch or PeerError.PeerBusy
        or PeerError.ConnectionLost or PeerError.ProtocolViolation or PeerError.TransferStalled
        or PeerError.PeerShuttingDown or PeerError.PushRefused or PeerError.InboxFull or PeerError.RequestRefused;
}
