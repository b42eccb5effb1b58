using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Node;

/// <summary>Who this home is.</summary>
/// <param name="NodeId">The node's id: SHA-256 of its certificate.</param>
/// <param name="Created">When the certificate was made.</param>
/// <param name="Home">The home folder.</param>
/// <param name="Name">The name that the node goes by unless it is started with another.</param>
public sealed record IdentityInfo(NodeId NodeId, DateTimeOffset Created, string Home, string Name);
