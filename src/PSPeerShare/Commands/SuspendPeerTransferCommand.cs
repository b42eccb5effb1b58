using System.Management.Automation;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Has running transfers rest until they are resumed.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "PeerTransfer", SupportsShouldProcess = true)]
public sealed class SuspendPeerTransferCommand : RunningTransferCommand
{
    private protected override string Action => "Suspend the transfer";

    private protected override bool IsFor(TransferInfo transfer) => transfer.Status is TransferStatus.Running or TransferStatus.Queued;

    private protected override Task AskAsync(string id) => Node.SuspendTransferAsync(id, Pump.Token);

    private protected override bool IsDone(TransferStatus status) => status == TransferStatus.Suspended;
}
