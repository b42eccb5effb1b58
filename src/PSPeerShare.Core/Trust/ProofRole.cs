namespace PSPeerShare.Core.Trust;

/// <summary>Who proves. The two directions have different proofs, so that none can be sent back as an answer.</summary>
internal enum ProofRole : byte
{
    Dialler = 1,
    Acceptor = 2,
}
