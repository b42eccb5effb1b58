using System.Management.Automation;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Ends running transfers; what arrived stays for a while.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PeerTransfer", SupportsShouldProcess = true)]
public sealed class StopPeerTransferCommand : KnownTransferCommand
{
    private protected override string Action => "Stop the transfer";

    private protected override void Act(string id) => Pump.Await(Node.StopTransferAsync(id, Pump.Token));
}
