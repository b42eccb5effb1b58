namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Many files in one go. Files may be added while others are on their way; results come as they end.
/// </summary>
/// <typeparam name="TFile">What is added.</typeparam>
/// <remarks>
/// Thread rule: <see cref="Add"/> never blocks and may be called from any thread until <see cref="TransferJob.Complete"/>;
/// <see cref="TransferJob.Results"/> has one reader. Disposing cancels what is under way and waits, for a bounded time, until
/// nothing touches the destination any more.
/// </remarks>
public abstract class TransferJob<TFile> : TransferJob
{
    /// <summary>Adds a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="leadingSegments">How many leading segments of its path are not kept below the destination.</param>
    public abstract void Add(TFile file, int leadingSegments = 1);
}
