using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>A ticket that this home has issued.</summary>
/// <param name="Id">Names it for listing and revoking; 32 hexadecimal digits, no secret.</param>
/// <param name="Ticket">
/// The text that the other side redeems, known only right after it was made; empty in listings, because the store
/// keeps no secret from which it could be written again.
/// </param>
/// <param name="Code">The short code for a person, if there is one.</param>
/// <param name="Share">The share it is limited to; null means every share that is not limited to named peers.</param>
/// <param name="Path">The path below the share it is limited to.</param>
/// <param name="Allow">What it grants.</param>
/// <param name="Uses">How many nodes may use it.</param>
/// <param name="UsesLeft">How many more nodes may use it.</param>
/// <param name="Bytes">The most bytes that may be fetched with it.</param>
/// <param name="NodeId">The only node that may use it.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When its time is over.</param>
/// <param name="State">Whether it still lets somebody in.</param>
public sealed record TicketInfo(
    string Id,
    string Ticket,
    string? Code,
    string? Share,
    string? Path,
    PeerRights Allow,
    int Uses,
    int UsesLeft,
    long? Bytes,
    NodeId? NodeId,
    DateTimeOffset Created,
    DateTimeOffset Expires,
    TicketState State)
{
    /// <summary>Whether it is a short code, whose symbols only the command that made it knows.</summary>
    public bool IsCode { get; init; }

    /// <summary>The id. The generated text would print the secret.</summary>
    public override string ToString() => $"ticket {Id}";
}
