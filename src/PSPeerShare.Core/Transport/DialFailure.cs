using System.Net.Sockets;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>Tells apart, for the one who dialled, why nobody could be reached.</summary>
internal static class DialFailure
{
    /// <summary>Before anything was said.</summary>
    public static PeerShareException Of(SocketException failure, string target)
    {
        PeerError error = failure.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery => PeerError.HostNotFound,
            SocketError.TimedOut => PeerError.ConnectTimeout,
            _ => PeerError.PeerUnreachable,
        };
        return new PeerShareException(error, target, failure.Message, failure);
    }

    /// <summary>During TLS and HELLO.</summary>
    public static PeerShareException Of(HandshakeException failure, string target)
    {
        PeerError error = (failure.Reason, failure.IsByRemote) switch
        {
            (CloseReason.TlsFailed or CloseReason.NoAlpn or CloseReason.WeakTls or CloseReason.NoCertificate, false) => PeerError.NotPeerShare,
            (CloseReason.OtherIdentity, _) => PeerError.PeerIdentityChanged,
            // With TLS 1.3 the dialler's handshake is over before its certificate is refused, so this is how that looks.
            (CloseReason.Cut or CloseReason.NotTrusted or CloseReason.TrustRevoked or CloseReason.NoCertificate, true) => PeerError.NotTrustedByPeer,
            (CloseReason.NotTrusted, false) => PeerError.PeerNotTrusted,
            (CloseReason.VersionMismatch, _) => PeerError.ProtocolMismatch,
            (CloseReason.ShuttingDown, true) => PeerError.PeerShuttingDown,
            (CloseReason.TooManyConnections or CloseReason.Evicted, true) => PeerError.PeerBusy,
            _ => PeerError.ProtocolViolation,
        };
        return new PeerShareException(error, target, failure.Detail.Length == 0 ? $"{failure.Reason}" : failure.Detail, failure);
    }
}
