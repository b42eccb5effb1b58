using System.Threading.Channels;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Fetches many files from any number of peers. One planner looks at the destination; each peer has one worker with
/// one stream, on which its files come back to back.
/// </summary>
internal sealed class FetchJob : TransferJob<RemoteFile>
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly FetchOptions _options;
    private readonly IContentIndex _contents;
    private readonly Func<RemoteFile, PeerFetchContext, PeerFetch> _makeWorker;
    private readonly OtherSources? _others;
    private readonly TransferBoard _board;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _slots;
    private readonly RateLimiter _limit;
    private readonly Channel<(RemoteFile File, int LeadingSegments, string? Id)> _added =
        Channel.CreateUnbounded<(RemoteFile, int, string?)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Dictionary<NodeId, PeerFetch> _workers = [];
    private readonly Task _planning;

    /// <param name="options">Where and how.</param>
    /// <param name="contents">What is known of files' contents.</param>
    /// <param name="log">Where outcomes are noted.</param>
    /// <param name="book">Where transfers are listed.</param>
    /// <param name="makeWorker">Makes the worker for the file's holder.</param>
    /// <param name="others">Whom else to turn to when a holder cannot deliver; nobody without it.</param>
    public FetchJob(
        FetchOptions options,
        IContentIndex contents,
        EventLog log,
        TransferBook book,
        Func<RemoteFile, PeerFetchContext, PeerFetch> makeWorker,
        OtherSources? others = null)
    {
        _options = options;
        _contents = contents;
        _makeWorker = makeWorker;
        _others = others;
        _slots = new SemaphoreSlim(Math.Max(1, options.ThrottleLimit));
        _limit = new RateLimiter(options.RateLimit);
        _board = new TransferBoard(log, book, TransferDirection.Receive, options.OnStep);
        _planning = Task.Run(() => RunAsync(_stop.Token));
    }

    public override ChannelReader<TransferInfo> Results => _board.Results;

    public override void Add(RemoteFile file, int leadingSegments = 1) => Add(file, leadingSegments, null);

    /// <summary>Adds a file whose transfer has an id from before.</summary>
    public void Add(RemoteFile file, int leadingSegments, string? id)
    {
        _board.Known(file.Length);
        _added.Writer.TryWrite((file, leadingSegments, id));
    }

    public override void Complete() => _added.Writer.TryComplete();

    public override TransferSample Sample() => _board.Sample();

    public override async ValueTask DisposeAsync()
    {
        Complete();
        if (!_planning.IsCompleted)
        {
            await _stop.CancelAsync();
            await _planning.WaitAsync(StopPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        FetchDestination? destination = null;
        Exception? failure = null;
        try
        {
            await foreach ((RemoteFile file, int leading, string? id) in _added.Reader.ReadAllAsync(cancellationToken))
            {
                Plan(file, leading, id, ref destination, cancellationToken);
            }

            foreach (PeerFetch worker in _workers.Values)
            {
                worker.CompleteAdding();
            }

            await Task.WhenAll(_workers.Values.Select(w => w.Completion));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(_workers.Values.Select(w => w.Completion)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e)
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_workers.Values.Select(w => w.Completion)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            failure = e;
        }
        finally
        {
            // By now nobody is at work on what the holders could not deliver.
            await BringLeftAsync(destination, cancellationToken);

            // Whoever has heard of the end finds nothing of the job's own at the destination.
            destination?.Dispose();
            _board.Complete(failure);
        }
    }

    private void Plan(RemoteFile file, int leading, string? id, ref FetchDestination? destination, CancellationToken cancellationToken)
    {
        TransferRecord record = new(TransferDirection.Receive, file.Name, file.SharePath, file.Peer, file.NodeId, file.Length, id)
        {
            LocalPath = _options.Destination,
            Recipe = () => TransferRecipe.Of(_options, file, leading),
        };
        try
        {
            if (!WirePath.TryParse(file.SharePath, out WirePath? name, out string why))
            {
                throw new PeerShareException(PeerError.FileNotFound, Printable.Escape(file.SharePath), why);
            }

            destination ??= new FetchDestination(_options, _contents);
            string[] target = destination.Land(name, leading);
            record.LocalPath = destination.LocalPath(target);
            FetchEntry entry = new(file, name, target, record) { Source = $"{file.NodeId}/{file.SharePath}" };
            FetchDestination.Step step = destination.Decide(entry);
            if (step == FetchDestination.Step.Keep)
            {
                _board.End(record, TransferStatus.Unchanged, file.Hash);
                return;
            }

            WorkerFor(file, destination, cancellationToken).Add(entry, step);
        }
        catch (PeerShareException e)
        {
            _board.Fail(record, e);
        }
    }

    private PeerFetch WorkerFor(RemoteFile file, FetchDestination destination, CancellationToken cancellationToken)
    {
        if (!_workers.TryGetValue(file.NodeId, out PeerFetch? worker))
        {
            PeerFetchContext context = Context(destination, cancellationToken) with
            {
                TakesOver = (entry, why) => _others?.Takes(entry, why, _options) == true,
            };
            worker = _makeWorker(file, context);
            _workers.Add(file.NodeId, worker);
        }

        return worker;
    }

    private Task BringLeftAsync(FetchDestination? destination, CancellationToken cancellationToken) =>
        _others is null || destination is null ? Task.CompletedTask : _others.BringAsync(Context(destination, cancellationToken));

    private PeerFetchContext Context(FetchDestination destination, CancellationToken cancellationToken) =>
        new(_options, destination, _board, _slots, _limit, cancellationToken);
}
