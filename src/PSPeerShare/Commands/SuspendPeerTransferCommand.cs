using System.Management.Automation;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Has running transfers rest until they are resumed.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "PeerTransfer", SupportsShouldProcess = true)]
public sealed class SuspendPeerTransferCommand : KnownTransferCommand
{
    private protected override string Action => "Suspend the transfer";

    private protected override void Act(string id) => Pump.Await(Node.SuspendTransferAsync(id, Pump.Token));
}
