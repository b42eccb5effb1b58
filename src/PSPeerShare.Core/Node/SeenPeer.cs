using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Node;

/// <summary>A node that says of itself that it is there. Nothing of it is proven before a session with it is open.</summary>
/// <param name="NodeId">Who it says it is.</param>
/// <param name="Name">The name it goes by, printable.</param>
/// <param name="Addresses">Where it says it listens, as <c>host:port</c>.</param>
/// <param name="ProtocolVersion">The version of the protocol that it speaks; 0 when it does not say.</param>
/// <param name="IsPairingOpen">Whether it would pair now with who knows the code.</param>
/// <param name="Heard">When it was last heard of.</param>
public sealed record SeenPeer(
    NodeId NodeId, string Name, IReadOnlyList<string> Addresses, int ProtocolVersion, bool IsPairingOpen, DateTimeOffset Heard)
{
    /// <summary>Whether this is no node but files that wait for whoever types their code.</summary>
    internal bool IsHandOver { get; init; }
}
