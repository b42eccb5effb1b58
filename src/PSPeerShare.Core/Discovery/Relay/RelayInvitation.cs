using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Relay;

/// <summary>A relay's word that another node waits.</summary>
/// <param name="From">Who it is said to be.</param>
/// <param name="Key">Opens the session, once.</param>
/// <param name="Port">Where on the relay.</param>
/// <param name="IsServer">Whether this side answers in the TLS handshake inside.</param>
internal sealed record RelayInvitation(NodeId From, byte[] Key, int Port, bool IsServer);
