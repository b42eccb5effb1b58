using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>What a ticket's proof is bound to on a connection.</summary>
internal static class TicketProofs
{
    /// <summary>Both certificates, both nonces, and who dialled.</summary>
    public static ProofContext ContextOf(PeerConnection connection, NodeId self) => connection.IsDialler
        ? new ProofContext(self, connection.RemoteId, connection.LocalNonce, connection.RemoteNonce)
        : new ProofContext(connection.RemoteId, self, connection.RemoteNonce, connection.LocalNonce);
}
