using System.Threading.Channels;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Fetches one job's files from one peer: compares those whose name and length are there already, requests the
/// others. A failure of the connection ends every file that is left with that failure.
/// </summary>
internal sealed partial class PeerFetch
{
    private readonly Func<CancellationToken, Task<PeerSession>> _connect;
    private readonly PeerFetchContext _context;
    private readonly RateLimiter _limit;
    private readonly TransferCounters _counters;
    private readonly Channel<FetchEntry> _toCompare = Channel.CreateUnbounded<FetchEntry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<FetchEntry> _toFetch = Channel.CreateUnbounded<FetchEntry>(new UnboundedChannelOptions { SingleReader = true });

    public PeerFetch(Func<CancellationToken, Task<PeerSession>> connect, PeerFetchContext context, TransferCounters counters)
    {
        _connect = connect;
        _context = context;
        _counters = counters;
        _limit = new RateLimiter(context.Options.RateLimit);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Asked for on a stream that ended, and not received.</summary>
    private IReadOnlyList<FetchEntry> _left = [];

    /// <summary>Ends when every file has; never fails but by cancellation.</summary>
    public Task Completion { get; }

    public void Add(FetchEntry entry, FetchDestination.Step step) =>
        (step == FetchDestination.Step.Compare ? _toCompare : _toFetch).Writer.TryWrite(entry);

    /// <summary>No more files come. Those that are being compared may still have to be fetched.</summary>
    public void CompleteAdding() => _toCompare.Writer.TryComplete();

    private async Task RunAsync()
    {
        CancellationToken stop = _context.Stop;
        PeerSession session;
        try
        {
            session = await _connect(stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await Task.WhenAll(FailComparisonsAsync(e, stop), FailAllAsync(_toFetch.Reader, e, stop));
            return;
        }

        Task comparing = CompareAllAsync(session, stop);
        try
        {
            await FetchAllAsync(session, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            foreach (FetchEntry entry in _left)
            {
                Fail(entry, e);
            }

            await FailAllAsync(_toFetch.Reader, e, stop);
        }

        await comparing;
    }

    private async Task FetchAllAsync(PeerSession session, CancellationToken cancellationToken)
    {
        // No file, no stream. A stream that was given up in the midst of a file leaves the files after it to the next.
        while (_left.Count > 0 || await _toFetch.Reader.WaitToReadAsync(cancellationToken))
        {
            await using FetchStream stream = new(session, _context, _limit, _counters);
            try
            {
                await stream.RunAsync(_left, _toFetch.Reader, cancellationToken);
            }
            finally
            {
                _left = stream.Left;
            }
        }
    }

    private async Task FailComparisonsAsync(Exception failure, CancellationToken cancellationToken)
    {
        await FailAllAsync(_toCompare.Reader, failure, cancellationToken);
        _toFetch.Writer.TryComplete();
    }

    private async Task FailAllAsync(ChannelReader<FetchEntry> entries, Exception failure, CancellationToken cancellationToken)
    {
        await foreach (FetchEntry entry in entries.ReadAllAsync(cancellationToken))
        {
            Fail(entry, failure);
        }
    }

    private void Fail(FetchEntry entry, Exception failure)
    {
        PeerShareException told = failure is PeerShareException known
            ? new(known.Error, known.Target ?? entry.Shown, known.Detail, known)
            : new(PeerError.Unexpected, entry.Shown, failure.Message, failure);
        _context.Board.End(entry.Record, TransferStatus.Failed, error: told);
    }
}
