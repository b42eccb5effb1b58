using System.Collections.Concurrent;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Dashboard;

/// <summary>The jobs that pages began, what runs of them and what ended. It begins nothing by itself.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class TransferLedger(Func<PeerShareException, ApiFault> explain) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LedgerJob> _jobs = [];
    private readonly Lock _gate = new();
    private readonly LinkedList<TransferView> _ended = [];
    private readonly LinkedList<JobView> _endedJobs = [];
    private long _version;

    /// <summary>Gives files to a job and follows it to its end.</summary>
    /// <param name="job">The job; it belongs to the ledger from here on.</param>
    /// <param name="direction">Which way.</param>
    /// <param name="receivers">Who gets the files; nobody for a fetch.</param>
    /// <param name="files">The files; taken in the background, since there may be many.</param>
    /// <param name="leadingSegments">See <see cref="TransferJob{TFile}.Add"/>.</param>
    /// <param name="whenEnded">Called once nothing of the job runs any more.</param>
    /// <returns>The job's id.</returns>
    public string Run<TFile>(
        TransferJob<TFile> job,
        TransferDirection direction,
        IReadOnlyList<string> receivers,
        IEnumerable<TFile> files,
        int leadingSegments,
        Action? whenEnded = null)
    {
        LedgerJob entry = new(direction, receivers, job.Sample, job.DisposeAsync, job.Complete);
        _jobs[entry.Id] = entry;
        _ = FeedAsync(job, entry, files, leadingSegments);
        _ = FollowAsync(job, entry, whenEnded);
        return entry.Id;
    }

    /// <summary>What runs now, the oldest job first.</summary>
    public IReadOnlyList<TransferView> Running() => [.. _jobs.Values.OrderBy(j => j.Started).SelectMany(j => j.Active())];

    /// <summary>Another number whenever something has ended or been forgotten.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>What ended, the newest first.</summary>
    public IReadOnlyList<TransferView> Ended()
    {
        lock (_gate)
        {
            return [.. _ended];
        }
    }

    /// <summary>The jobs that run, the oldest first, and then those that ended lately, the newest first.</summary>
    public IReadOnlyList<JobView> Jobs()
    {
        JobView[] ended;
        lock (_gate)
        {
            ended = [.. _endedJobs];
        }

        return [.. _jobs.Values.OrderBy(j => j.Started).Select(j => j.View()).Where(j => ended.All(e => e.Id != j.Id)), .. ended];
    }

    /// <summary>Stops all that is left of a job.</summary>
    /// <returns>Whether there is such a job.</returns>
    public async Task<bool> StopAsync(string jobId)
    {
        if (!_jobs.TryGetValue(jobId, out LedgerJob? job))
        {
            return false;
        }

        await job.StopAsync();
        return true;
    }

    /// <summary>Until when what ended is not shown any more; milliseconds since 1970.</summary>
    public long Cleared { get; private set; }

    /// <summary>Forgets what ended. The node's history stays.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            Cleared = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            _ended.Clear();
            _endedJobs.Clear();
            _version++;
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_jobs.Values.Select(j => j.StopAsync()));

    private async Task FeedAsync<TFile>(TransferJob<TFile> job, LedgerJob entry, IEnumerable<TFile> files, int leadingSegments)
    {
        await Task.Yield();
        try
        {
            foreach (TFile file in files)
            {
                if (entry.IsStopped)
                {
                    break;
                }

                job.Add(file, leadingSegments);
            }
        }
        catch (PeerShareException e)
        {
            // A chosen file or folder is gone or cannot be read; what was added goes on.
            entry.FailedToAdd();
            Note(new TransferView(
                Guid.CreateVersion7().ToString("N"), entry.Id, entry.Direction, e.Target ?? "", e.Target ?? "", "", 0, 0, 0, TransferStatus.Failed,
                entry.Started, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), [], explain(e)));
        }
        finally
        {
            entry.Complete();
        }
    }

    private async Task FollowAsync<TFile>(TransferJob<TFile> job, LedgerJob entry, Action? whenEnded)
    {
        try
        {
            await foreach (TransferInfo result in job.Results.ReadAllAsync())
            {
                TransferView view = TransferView.Of(result, entry.Id, explain);
                entry.Count(view);
                Note(view);
            }
        }
        catch (PeerShareException e)
        {
            Note(new TransferView(
                Guid.CreateVersion7().ToString("N"), entry.Id, entry.Direction, "", "", "", 0, 0, 0, TransferStatus.Failed,
                entry.Started, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), [], explain(e)));
        }
        finally
        {
            await entry.StopAsync();
            Note(entry.View() with { IsEnded = true });
            _jobs.TryRemove(entry.Id, out _);
            whenEnded?.Invoke();
        }
    }

    private void Note(JobView ended)
    {
        lock (_gate)
        {
            _endedJobs.AddFirst(ended);
            if (_endedJobs.Count > DashboardLimits.EndedJobs)
            {
                _endedJobs.RemoveLast();
            }
        }
    }

    private void Note(TransferView ended)
    {
        lock (_gate)
        {
            _ended.AddFirst(ended);
            _version++;
            if (_ended.Count > DashboardLimits.EndedTransfers)
            {
                _ended.RemoveLast();
            }
        }
    }
}
