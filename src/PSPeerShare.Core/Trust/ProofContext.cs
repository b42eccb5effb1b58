using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>The connection that a proof belongs to: both nodes and both nonces. A proof is worth nothing elsewhere.</summary>
internal readonly record struct ProofContext(NodeId Dialler, NodeId Acceptor, byte[] DiallerNonce, byte[] AcceptorNonce);
