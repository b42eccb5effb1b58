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

    /// <summary>Asked for on a stream that ended, and not received.</summary>
    private IReadOnlyList<FetchEntry> _left = [];

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
            while (_left.Count > 0 || await _toFetch.Reader.WaitToReadAsync(cancellationToken))
            {
                await FetchOnOneStreamAsync(await _connect(cancellationToken), cancellationToken);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            foreach (FetchEntry entry in _left)
            {
                Fail(entry, e);
            }

            await FailAllAsync(_toFetch.Reader, e, cancellationToken);
        }
    }

    private async Task FetchOnOneStreamAsync(PeerSession session, CancellationToken cancellationToken)
    {
        await using FetchStream stream = new(session, _context, _counters);
        try
        {
            await stream.RunAsync(_left, _toFetch.Reader, cancellationToken);
        }
        catch (PeerShareException e) when (MayGoOn(stream, e))
        {
            // The next file opens another session.
        }
        finally
        {
            _left = stream.Left;
        }
    }

    /// <summary>
    /// A session that ended between two files costs nothing, and a cut costs one file as long as each session brings
    /// some. Who shut down on purpose is not asked again for what was left.
    /// </summary>
    private static bool MayGoOn(FetchStream stream, PeerShareException failure) => failure.Error switch
    {
        PeerError.ConnectionLost => stream.HasBroughtSome,
        PeerError.PeerShuttingDown => stream.HasBroughtSome && stream.Left.Count == 0 && !stream.HasLostOne,
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
        PeerShareException told = failure is PeerShareException known
            ? new(known.Error, known.Target ?? entry.Shown, known.Detail, known)
            : new(PeerError.Unexpected, entry.Shown, failure.Message, failure);
        _context.Board.Fail(entry.Record, told);
    }
}
