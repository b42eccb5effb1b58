using System.Management.Automation;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Errors;
using PSPeerShare.Output;

namespace PSPeerShare.Pipeline;

/// <summary>
/// One command's transfers on the pipeline's thread: takes files without ever waiting, hands on what ended, and shows
/// progress. It does not know where files come from or go to.
/// </summary>
/// <typeparam name="TFile">What is transferred.</typeparam>
internal sealed class TransferRun<TFile>
{
    private readonly Cmdlet command;
    private readonly Pump pump;
    private readonly TransferJob<TFile> job;
    private readonly TransferProgress progress;

    internal TransferRun(Cmdlet command, Pump pump, TransferJob<TFile> job, string activity)
    {
        this.command = command;
        this.pump = pump;
        this.job = job;
        progress = new TransferProgress(activity, command.WriteProgress);
        pump.Sample = () => progress.Show(job.Sample());
    }

    /// <summary>Told of each transfer that did not deliver.</summary>
    internal Action<TransferInfo>? OnFailed { get; init; }

    /// <summary>Takes a file and hands on what has ended meanwhile.</summary>
    internal void Add(TFile file, int leadingSegments)
    {
        job.Add(file, leadingSegments);
        Drain();
    }

    /// <summary>Hands on what has ended.</summary>
    internal void Drain()
    {
        pump.Turn();
        while (job.Results.TryRead(out TransferInfo? ended))
        {
            Write(ended);
        }
    }

    /// <summary>Waits for the rest.</summary>
    internal void Finish()
    {
        job.Complete();
        while (pump.Await(job.Results.WaitToReadAsync(pump.Token)))
        {
            Drain();
        }

        Close();
    }

    /// <summary>Cancels what is left and waits, for a bounded time, until nothing touches a file any more.</summary>
    internal void Close()
    {
        pump.Sample = null;
        Pump.Abandon(job.DisposeAsync().AsTask());
        try
        {
            progress.Complete();
        }
        catch (Exception exception) when (exception is PipelineStoppedException or InvalidOperationException)
        {
            // The pipeline is gone, and the host has taken its progress away.
        }
    }

    // Only what was delivered goes on: a script that removes what was sent must never meet anything else.
    private void Write(TransferInfo ended)
    {
        if (ended.Status is TransferStatus.Completed or TransferStatus.Unchanged)
        {
            command.WriteObject(ended.ToOutput());
        }
        else
        {
            OnFailed?.Invoke(ended);
            command.WriteError(ErrorRecords.Create(ended));
        }
    }
}
