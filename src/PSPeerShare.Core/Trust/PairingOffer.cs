using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>What whoever knows a code gets.</summary>
/// <param name="Purpose">What the code is for.</param>
/// <param name="Allow">What the other side may do here.</param>
/// <param name="Admit">
/// Lets a node in that has proved that it knows the code; the last argument says whether for the first time. Called
/// before the node is told.
/// </param>
internal sealed record PairingOffer(
    PairingPurpose Purpose, PeerRights Allow, Action<NodeId, string, IReadOnlyList<string>, bool> Admit)
{
    /// <summary>The share to which the rights are limited.</summary>
    public string? Share { get; init; }

    /// <summary>The path below that share to which they are limited.</summary>
    public string? Path { get; init; }
}
