using System.Diagnostics;
using System.Management.Automation;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;

namespace PSPeerShare.Pipeline;

/// <summary>
/// Shows how far a job is: one record a running transfer below one for all. It only reads samples, so a transfer
/// costs the same whether anyone looks or not.
/// </summary>
internal sealed class TransferProgress(string activity, Action<ProgressRecord> write)
{
    // Ids are the session's, not the command's: two commands in one pipeline show two bars.
    private static int lastId = 0x5053;

    private readonly int parentId = Interlocked.Increment(ref lastId);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly RateMeter total = new();
    private readonly Dictionary<string, Shown> shown = new(StringComparer.Ordinal);
    private bool isShown;

    /// <summary>Shows a sample.</summary>
    internal void Show(TransferSample sample)
    {
        isShown = true;
        total.Add(clock.Elapsed, sample.BytesDone);
        write(Describe(sample));

        foreach (string gone in shown.Keys.Except(sample.Active.Select(static a => a.Id), StringComparer.Ordinal).ToArray())
        {
            Complete(shown[gone].Record);
            shown.Remove(gone);
        }

        foreach (ActiveTransfer transfer in sample.Active)
        {
            Show(transfer);
        }
    }

    /// <summary>Takes away what was shown.</summary>
    internal void Complete()
    {
        if (!isShown)
        {
            return;
        }

        isShown = false;
        foreach (Shown transfer in shown.Values)
        {
            Complete(transfer.Record);
        }

        shown.Clear();
        Complete(new ProgressRecord(parentId, activity, "Done"));
    }

    private ProgressRecord Describe(TransferSample sample)
    {
        long left = Math.Max(0, sample.BytesKnown - sample.BytesDone);
        TimeSpan? remaining = total.TimeFor(left);
        string status = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{sample.FilesDone} of {sample.FilesKnown} files, {HumanSize.Bytes(sample.BytesDone)} of {HumanSize.Bytes(sample.BytesKnown)}, {HumanSize.Rate(total.BytesPerSecond)}");
        return Fill(new ProgressRecord(parentId, activity, status), sample.BytesDone, sample.BytesKnown, remaining);
    }

    private void Show(ActiveTransfer transfer)
    {
        if (!shown.TryGetValue(transfer.Id, out Shown? line))
        {
            string name = Printable.Escape($"{transfer.Name} ({transfer.Peer})");
            line = new Shown(
                new ProgressRecord(Interlocked.Increment(ref lastId), name, "Starting") { ParentActivityId = parentId },
                new RateMeter());
            shown.Add(transfer.Id, line);
        }

        line.Rate.Add(clock.Elapsed, transfer.BytesDone);
        line.Record.StatusDescription =
            $"{HumanSize.Bytes(transfer.BytesDone)} of {HumanSize.Bytes(transfer.Length)}, {HumanSize.Rate(line.Rate.BytesPerSecond)}";
        TimeSpan? remaining = line.Rate.TimeFor(Math.Max(0, transfer.Length - transfer.BytesDone));
        write(Fill(line.Record, transfer.BytesDone, transfer.Length, remaining));
    }

    private static ProgressRecord Fill(ProgressRecord record, long done, long all, TimeSpan? remaining)
    {
        record.PercentComplete = all > 0 ? (int)Math.Clamp(100.0 * done / all, 0, 100) : 0;
        record.SecondsRemaining = remaining is null ? -1 : (int)remaining.Value.TotalSeconds;
        return record;
    }

    private void Complete(ProgressRecord record)
    {
        record.RecordType = ProgressRecordType.Completed;
        write(record);
    }

    private sealed record Shown(ProgressRecord Record, RateMeter Rate);
}
