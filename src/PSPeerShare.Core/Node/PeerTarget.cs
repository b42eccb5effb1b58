using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Node;

/// <summary>
/// Whom a command means: someone from the peer book, or an address where a trusted node is expected.
/// </summary>
/// <param name="Text">What the user named, for messages.</param>
/// <param name="NodeId">The id that has to answer; <see langword="null"/> when any trusted id may.</param>
/// <param name="Addresses">Where to dial, as <c>host:port</c>, best first.</param>
public sealed record PeerTarget(string Text, NodeId? NodeId, IReadOnlyList<string> Addresses)
{
    /// <summary>
    /// Whether what listens at these addresses is meant and no other way to the node: it gives something else there than
    /// it does otherwise. Such sessions serve nothing else, and nobody remembers the addresses.
    /// </summary>
    internal bool IsApart { get; init; }
}
