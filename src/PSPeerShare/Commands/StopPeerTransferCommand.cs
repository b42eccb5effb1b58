using System.Management.Automation;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Ends running transfers; what arrived stays for a while.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PeerTransfer", SupportsShouldProcess = true)]
public sealed class StopPeerTransferCommand : RunningTransferCommand
{
    private protected override string Action => "Stop the transfer";

    private protected override bool IsFor(TransferInfo transfer) =>
        transfer.Status is TransferStatus.Running or TransferStatus.Queued or TransferStatus.Suspended;

    private protected override Task AskAsync(string id) => Node.StopTransferAsync(id, Pump.Token);

    private protected override bool IsDone(TransferStatus status) => status == TransferStatus.Stopped;
}
