using System.Security.Cryptography;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// K, the key under which both sides of a ticket prove that they know its secret:
/// HKDF-SHA-256 (RFC 5869) of the secret without salt, info <c>pspeershare ticket 1</c>. A proof is HMAC-SHA-256 under K
/// over the role, both node ids (the hashes of both certificates) and both nonces.
/// </summary>
internal sealed class TicketKey
{
    public const int SizeInBytes = 32;
    public const int ProofBytes = HMACSHA256.HashSizeInBytes;

    private const int NonceBytes = Protocol.Limits.NonceBytes;
    private const int MessageBytes = 1 + (2 * NodeId.SizeInBytes) + (2 * NonceBytes);

    private readonly byte[] key;

    private TicketKey(byte[] key) => this.key = key;

    public static TicketKey FromSecret(ReadOnlySpan<byte> secret)
    {
        byte[] key = new byte[SizeInBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info: "pspeershare ticket 1"u8);
        return new TicketKey(key);
    }

    /// <summary>A stored key; null when it was erased.</summary>
    public static TicketKey? FromStored(byte[] key) => key.Length == SizeInBytes ? new TicketKey(key) : null;

    /// <summary>The bytes for the store, worth as much as the ticket.</summary>
    public byte[] ToStored() => [.. key];

    public byte[] Prove(ProofRole role, in ProofContext context)
    {
        if (context.DiallerNonce.Length != NonceBytes || context.AcceptorNonce.Length != NonceBytes)
        {
            throw new ArgumentException("A nonce has 32 bytes.", nameof(context));
        }

        Span<byte> message = stackalloc byte[MessageBytes];
        message[0] = (byte)role;
        Span<byte> rest = message[1..];
        context.Dialler.CopyTo(rest);
        context.Acceptor.CopyTo(rest[NodeId.SizeInBytes..]);
        rest = rest[(2 * NodeId.SizeInBytes)..];
        context.DiallerNonce.CopyTo(rest);
        context.AcceptorNonce.CopyTo(rest[NonceBytes..]);
        return HMACSHA256.HashData(key, message);
    }

    /// <summary>Compares in a time that does not depend on where the proof is wrong.</summary>
    public bool Verify(ProofRole role, in ProofContext context, ReadOnlySpan<byte> proof) =>
        CryptographicOperations.FixedTimeEquals(Prove(role, context), proof);
}
