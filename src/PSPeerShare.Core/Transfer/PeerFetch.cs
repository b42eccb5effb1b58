using System.Threading.Channels;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Fetches one job's files from one peer: compares those whose name and length are there already, requests the
/// others. When the peer cannot be reached any more, every file that is left ends with that failure.
/// </summary>
internal sealed partial class PeerFetch
{
    private readonly Func<CancellationToken, Task<PeerSession>> _connect;
    private readonly PeerFetchContext _context;
    private readonly TransferCounters _counters;
    private readonly Channel<FetchEntry> _toCompare = Channel.CreateUnbounded<FetchEntry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<FetchEntry> _toFetch = Channel.CreateUnbounded<FetchEntry>(new UnboundedChannelOptions { SingleReader = true });

    public PeerFetch(Func<CancellationToken, Task<PeerSession>> connect, PeerFetchContext context, TransferCounters counters)
    {
        _connect = connect;
        _context = context;
        _counters = counters;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Asked for on a stream that ended, and not received; where one was cut off, with why.</summary>
    private IReadOnlyList<(FetchEntry Entry, PeerShareException? Why)> _left = [];
    private readonly RetryPace _pace = new(TimeProvider.System);
    private readonly List<(FetchEntry Entry, Task Wanted)> _parked = [];
    private bool _hadSession;

    /// <summary>Ends when every file has; never fails but by cancellation.</summary>
    public Task Completion { get; }

    public void Add(FetchEntry entry, FetchDestination.Step step) =>
        (step == FetchDestination.Step.Compare ? _toCompare.Writer : QueueFor(entry)).TryWrite(entry);

    /// <summary>No more files come. Those that are being compared may still have to be fetched.</summary>
    public void CompleteAdding() => _toCompare.Writer.TryComplete();

    private Task RunAsync() => Task.WhenAll(CompareAllAsync(_context.Stop), GatherAllAsync(_context.Stop), FetchAllAsync(_context.Stop));

    private async Task FetchAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            // No file, no stream. A stream that was given up in the midst of a file leaves the files after it to the next.
            while (_left.Count > 0 || await WaitForMoreAsync(cancellationToken))
            {
                await FetchOnOneStreamAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            foreach ((FetchEntry entry, PeerShareException? why) in _left)
            {
                Fail(entry, why ?? e);
            }

            await FailAllAsync(_toFetch.Reader, e, cancellationToken);
        }
        finally
        {
            foreach ((FetchEntry entry, PeerShareException? why) in _left)
            {
                entry.Release();
            }

            foreach ((FetchEntry entry, Task wanted) in _parked)
            {
                Fail(entry, new PeerShareException(PeerError.TransferStopped, entry.Shown));
            }
        }
    }

    private async Task FetchOnOneStreamAsync(CancellationToken cancellationToken)
    {
        FetchStream? stream = null;
        try
        {
            stream = new FetchStream(await _connect(cancellationToken), _context, _counters);
            await stream.RunAsync([.. _left.Select(l => l.Entry)], _toFetch.Reader, cancellationToken);
        }
        catch (PeerShareException e) when (MayGoOn(stream, e))
        {
            if (stream?.HasBroughtSome == true)
            {
                _pace.Progressed();
            }

            // A session that ended between two files costs nothing, and the first attempt after a cut not a pause.
            if (stream?.HasBroughtSome != true || stream.HasLostOne)
            {
                await _pace.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
                _hadSession = true;
                _left = [.. stream.Again, .. stream.Left.Select(entry => (entry, (PeerShareException?)null))];
                _parked.AddRange(stream.Parked.Select(entry => (entry, entry.Record.ParkAsync())));
            }
        }
    }

    /// <summary>Whether there is more to fetch: what comes new, or what the user had suspended and wants now.</summary>
    private async Task<bool> WaitForMoreAsync(CancellationToken cancellationToken)
    {
        Task<bool> more = _toFetch.Reader.WaitToReadAsync(cancellationToken).AsTask();
        while (_parked.Count > 0)
        {
            Task wanted = Task.WhenAny(_parked.Select(p => p.Wanted));
            await (more.IsCompletedSuccessfully && !more.Result ? wanted.WaitAsync(cancellationToken) : Task.WhenAny(more, wanted));
            cancellationToken.ThrowIfCancellationRequested();
            _left = [.. _parked.Where(p => p.Wanted.IsCompleted).Select(p => (p.Entry, (PeerShareException?)null))];
            _parked.RemoveAll(p => p.Wanted.IsCompleted);
            if (_left.Count > 0 || (more.IsCompletedSuccessfully && more.Result))
            {
                return true;
            }
        }

        return await more;
    }

    /// <summary>
    /// A loss is not the end as long as something comes now and then. Who shut down on purpose is not asked again for
    /// what was left, and who never answered is not waited for.
    /// </summary>
    private bool MayGoOn(FetchStream? stream, PeerShareException failure) => failure.Error switch
    {
        PeerError.ConnectionLost when stream is not null => _pace.IsWorthIt || stream.HasBroughtSome,
        PeerError.TransferStalled when stream is not null => stream.HasBroughtSome,
        PeerError.PeerShuttingDown when stream is not null => stream.HasBroughtSome && stream.Left.Count == 0 && !stream.HasLostOne,
        PeerError.ConnectionLost or PeerError.PeerUnreachable or PeerError.ConnectTimeout => _hadSession && _pace.IsWorthIt,
        _ => false,
    };

    private async Task FailAllAsync(ChannelReader<FetchEntry> entries, Exception failure, CancellationToken cancellationToken)
    {
        await foreach (FetchEntry entry in entries.ReadAllAsync(cancellationToken))
        {
            Fail(entry, failure);
        }
    }

    private void Fail(FetchEntry entry, Exception failure)
    {
        entry.Release();
        PeerShareException told = failure is PeerShareException known
            ? new(known.Error, known.Target ?? entry.Shown, known.Detail, known)
            : new(PeerError.Unexpected, entry.Shown, failure.Message, failure);
        _context.Fail(entry, told);
    }
}
