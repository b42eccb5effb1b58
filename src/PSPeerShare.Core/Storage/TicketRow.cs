namespace PSPeerShare.Core.Storage;

/// <summary>
/// A ticket as its issuer keeps it. The proof key is derived from the secret and worth as much; the secret itself is
/// never stored. A revoked ticket has no key any more.
/// </summary>
internal sealed record TicketRow(
    byte[] Id,
    byte[] ProofKey,
    string? Share,
    string? Path,
    int Allow,
    int Uses,
    long? Bytes,
    byte[]? NodeId,
    DateTimeOffset Created,
    DateTimeOffset Expires,
    DateTimeOffset? Revoked,
    int UsesTaken)
{
    // The generated text would print the key.
    public override string ToString() => $"ticket {Convert.ToHexStringLower(Id)}";
}
