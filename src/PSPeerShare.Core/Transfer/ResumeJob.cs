using System.Threading.Channels;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Goes on with transfers of the history, each under its old id: one fetch job for each way of fetching, one push job
/// a peer. It does not know how either works.
/// </summary>
internal sealed class ResumeJob(TransferBook book, Func<FetchOptions, FetchJob> beginFetch, Func<NodeId, string, PushJob> beginPush)
    : TransferJob<string>
{
    private readonly Channel<TransferInfo> _results = Channel.CreateUnbounded<TransferInfo>();
    private readonly Dictionary<FetchOptions, FetchJob> _fetches = [];
    private readonly Dictionary<NodeId, PushJob> _pushes = [];
    private readonly Lock _gate = new();
    private readonly List<Task> _pumps = [];

    public override ChannelReader<TransferInfo> Results => _results.Reader;

    /// <summary>Whether anything goes on in this job.</summary>
    public bool HasAny
    {
        get
        {
            lock (_gate)
            {
                return _pumps.Count > 0;
            }
        }
    }

    /// <summary>Adds a transfer. One that runs or rests somewhere goes on there, and is none of this job's.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>, <see cref="PeerError.TransferEnded"/>,
    /// <see cref="PeerError.PeerNotFound"/>.</exception>
    public override void Add(string file, int leadingSegments = 1)
    {
        if (book.Ask(file, TransferWish.None))
        {
            return;
        }

        TransferRow row = book.Find(file);
        TransferInfo info = TransferRows.ToInfo(row);
        if (info.Status is TransferStatus.Completed or TransferStatus.Unchanged || TransferRecipe.Parse(row.Recipe) is not { } recipe)
        {
            throw new PeerShareException(PeerError.TransferEnded, file);
        }

        lock (_gate)
        {
            if (info.Direction == TransferDirection.Receive)
            {
                FetchOptions options = recipe.ToFetch();
                if (!_fetches.TryGetValue(options, out FetchJob? fetch))
                {
                    fetch = beginFetch(options);
                    _fetches.Add(options, fetch);
                    _pumps.Add(PumpAsync(fetch));
                }

                fetch.Add(recipe.ToFile(info), recipe.LeadingSegments, file);
            }
            else
            {
                if (!_pushes.TryGetValue(info.NodeId, out PushJob? push))
                {
                    push = beginPush(info.NodeId, info.Peer);
                    _pushes.Add(info.NodeId, push);
                    _pumps.Add(PumpAsync(push));
                }

                push.Add(LocalFile.Again(info.LocalPath, recipe.RelativeName, info.Length), file);
            }
        }
    }

    public override void Complete()
    {
        Task[] pumps;
        lock (_gate)
        {
            foreach (TransferJob job in Jobs())
            {
                job.Complete();
            }

            pumps = [.. _pumps];
        }

        _ = EndAsync(pumps);
    }

    public override TransferSample Sample()
    {
        TransferSample[] samples;
        lock (_gate)
        {
            samples = [.. Jobs().Select(job => job.Sample())];
        }

        return new TransferSample(
            samples.Sum(s => s.FilesKnown),
            samples.Sum(s => s.FilesDone),
            samples.Sum(s => s.BytesKnown),
            samples.Sum(s => s.BytesDone),
            [.. samples.SelectMany(s => s.Active)]);
    }

    public override async ValueTask DisposeAsync()
    {
        Complete();
        TransferJob[] jobs;
        lock (_gate)
        {
            jobs = [.. Jobs()];
        }

        foreach (TransferJob job in jobs)
        {
            await job.DisposeAsync();
        }
    }

    private IEnumerable<TransferJob> Jobs() => [.. _fetches.Values, .. _pushes.Values];

    private async Task PumpAsync(TransferJob job)
    {
        await foreach (TransferInfo ended in job.Results.ReadAllAsync())
        {
            _results.Writer.TryWrite(ended);
        }
    }

    private async Task EndAsync(Task[] pumps)
    {
        try
        {
            await Task.WhenAll(pumps);
            _results.Writer.TryComplete();
        }
        catch (Exception e)
        {
            _results.Writer.TryComplete(e);
        }
    }
}
