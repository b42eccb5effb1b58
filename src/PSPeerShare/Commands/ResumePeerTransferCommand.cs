using System.Management.Automation;
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

    private protected override void Act(string id)
    {
        run ??= new TransferRun<string>(this, Pump, Node.BeginResume(), "Resuming transfers");
        run.Add(id, 1);
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
