using System.Management.Automation;
using PSPeerShare.Core.Trust;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Ends the trust in a peer; its connections are closed at once.</summary>
[Cmdlet(VerbsCommon.Remove, "Peer", DefaultParameterSetName = NameSet, SupportsShouldProcess = true)]
public sealed class RemovePeerCommand : KnownPeerCommand
{
    private protected override string Action => "End trust and close its connections";

    private protected override void Act(PeerInfo peer) => Pump.Await(Node.RemovePeerAsync(peer.NodeId, Pump.Token));
}
