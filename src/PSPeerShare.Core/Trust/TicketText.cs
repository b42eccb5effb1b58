using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// A ticket as it is handed over: one line that holds all the other side needs to find the issuer, to know it again
/// and to prove that it was invited. Whoever has the line has the secret, so it is never written to a log.
/// </summary>
/// <remarks>
/// <c>pspeer-secret-1:</c> and base64url (RFC 4648, no padding) of: version 1; ticket id (16 bytes); secret (32); node
/// id (32); rights (1); uses (2); expiry in seconds since 1970 (8); addresses (a count, then each); share; path; and
/// the first 4 bytes of SHA-256 over the prefix and all before. Numbers are big endian; texts are UTF-8 after their
/// length (2 bytes), an empty one stands for none.
/// </remarks>
internal sealed partial record TicketText
{
    public const string Prefix = "pspeer-secret-1:";
    public const int IdBytes = 16;
    public const int SecretBytes = 32;
    public const int MaximumAddresses = 8;

    public required byte[] TicketId { get; init; }

    public required byte[] Secret { get; init; }

    /// <summary>The node that issued it.</summary>
    public required NodeId Issuer { get; init; }

    public required PeerRights Allow { get; init; }

    public required int Uses { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The share it is limited to.</summary>
    public string? Share { get; init; }

    /// <summary>The path below the share it is limited to.</summary>
    public string? Path { get; init; }

    /// <summary>The ticket's id as its issuer lists it.</summary>
    public string Id => Convert.ToHexStringLower(TicketId);

    /// <summary>The key under which both sides prove.</summary>
    public TicketKey DeriveKey() => TicketKey.FromSecret(Secret);

    /// <summary>Refuses a ticket that this home has issued itself.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TicketIsOwn"/>.</exception>
    public void RefuseOwn(NodeId self)
    {
        if (Issuer == self)
        {
            throw new PeerShareException(PeerError.TicketIsOwn, Id);
        }
    }

    /// <summary>The id, never the secret; <see cref="Format"/> writes the line.</summary>
    public override string ToString() => $"ticket {Id}";
}
