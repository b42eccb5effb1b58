using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>What a node tells everyone on the network about itself. No file, no share, no name of the machine.</summary>
/// <param name="NodeId">Its id.</param>
/// <param name="Name">The name that it goes by.</param>
/// <param name="Port">The TCP port it listens on.</param>
/// <param name="ProtocolVersion">What it speaks.</param>
/// <param name="IsPairingOpen">Whether it would pair now with who knows the code.</param>
internal sealed record LanProfile(NodeId NodeId, string Name, int Port, int ProtocolVersion, bool IsPairingOpen)
{
    /// <summary>
    /// 0 for the node itself. Otherwise this is no node but a hand-over of its home, which has a listener and names of
    /// its own; the number tells several of one home apart.
    /// </summary>
    public int HandOver { get; init; }
}
