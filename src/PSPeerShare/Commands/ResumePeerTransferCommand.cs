using System.Management.Automation;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Goes on with transfers that rest, were interrupted, stopped or failed.</summary>
[Cmdlet(VerbsLifecycle.Resume, "PeerTransfer", SupportsShouldProcess = true)]
[OutputType(typeof(PeerTransfer))]
public sealed class ResumePeerTransferCommand : KnownTransferCommand
{
    private TransferRun<string>? run;

    private protected override string Action => "Resume the transfer";

    // What somebody stopped, or what failed for a reason, begins again only when it is named or its state is.
    private protected override bool IsFor(TransferInfo transfer) =>
        transfer.CanResume && (Id is not null || transfer.Status is TransferStatus.Suspended or TransferStatus.Interrupted);

    private protected override void Act(TransferInfo transfer)
    {
        run ??= new TransferRun<string>(this, Pump, Node.BeginResume(), "Resuming transfers");
        run.Add(transfer.Id, 1);
    }

    private protected override void End()
    {
        run?.Finish();
        run = null;
    }

    private protected override void CleanUp()
    {
        run?.Close();
        run = null;
    }
}
