using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>A node that has proved that it knows the code, and that knows that this one does.</summary>
/// <param name="NodeId">Its id.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Address">Where it was reached.</param>
/// <param name="Addresses">Where it says it listens.</param>
/// <param name="Allow">What it says this node may do there.</param>
internal sealed record PairedNode(NodeId NodeId, string Name, string Address, IReadOnlyList<string> Addresses, PeerRights Allow);
