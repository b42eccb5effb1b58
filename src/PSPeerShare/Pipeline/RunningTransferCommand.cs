using System.Globalization;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Pipeline;

/// <summary>A command that ends what runs, for now or for good, and returns when that is so.</summary>
public abstract class RunningTransferCommand : KnownTransferCommand
{
    // A process looks once a second at what others want of its transfers. One that waits for its peer may take longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<TransferInfo> asked = [];

    private protected RunningTransferCommand()
    {
    }

    /// <summary>Asks the transfer's process to do it.</summary>
    private protected abstract Task AskAsync(string id);

    /// <summary>Whether a transfer is as it was asked to be.</summary>
    private protected abstract bool IsDone(TransferStatus status);

    private protected override void Act(TransferInfo transfer)
    {
        Pump.Await(AskAsync(transfer.Id));
        asked.Add(transfer);
    }

    // All are asked before any is waited for.
    private protected override void End()
    {
        long since = Environment.TickCount64;
        foreach (TransferInfo transfer in asked)
        {
            long left = Math.Max(0, (long)Patience.TotalMilliseconds - (Environment.TickCount64 - since));
            Try(transfer.Id, () => AwaitIt(transfer, TimeSpan.FromMilliseconds(left)));
        }
    }

    private void AwaitIt(TransferInfo transfer, TimeSpan patience)
    {
        TransferStatus status = Pump.Await(Node.AwaitStateAsync(transfer.Id, IsDone, patience, Pump.Token)).Status;
        if (IsDone(status))
        {
            return;
        }

        string name = Core.Diagnostics.Printable.Escape(transfer.Name);
        WriteWarning(status is TransferStatus.Running or TransferStatus.Queued or TransferStatus.Suspended
            ? string.Create(CultureInfo.InvariantCulture, $"{name} ({transfer.Id}) was asked and is as it was after {Patience.TotalSeconds:0} s; it may be waiting for its peer. Get-PeerTransfer shows when it has heard.")
            : $"{name} ({transfer.Id}) had ended before it could be asked: {status}.");
    }
}
