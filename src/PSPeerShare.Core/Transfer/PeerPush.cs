using System.Threading.Channels;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Sends one job's files to one peer: offers them, sends those that are accepted, and reports each when the peer says
/// that it lies on stable storage.
/// </summary>
internal sealed class PeerPush
{
    /// <summary>A file is offered so many times in one command, however often it is cut off.</summary>
    private const int MostRounds = 100;

    private readonly PeerTarget _peer;
    private readonly Func<CancellationToken, Task<PeerSession>> _connect;
    private readonly TransferBoard _board;
    private readonly RateLimiter _limit;
    private readonly Func<NodeId, IReadOnlyList<RateLimiter>> _limitsOf;
    private readonly IContentIndex _contents;
    private readonly TransferCounters _counters;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationToken _stop;
    private readonly RetryPace _pace = new(TimeProvider.System);
    private IReadOnlyList<PushEntry> _left = [];
    private PeerShareException? _lost;
    private bool _hadSession;
    private readonly Channel<PushRequestItem> _added =
        Channel.CreateUnbounded<PushRequestItem>(new UnboundedChannelOptions { SingleReader = true });

    public PeerPush(
        PeerTarget peer,
        Func<CancellationToken, Task<PeerSession>> connect,
        TransferBoard board,
        RateLimiter limit,
        Func<NodeId, IReadOnlyList<RateLimiter>> limitsOf,
        IContentIndex contents,
        TransferCounters counters,
        SemaphoreSlim slots,
        CancellationToken stop)
    {
        _peer = peer;
        _connect = connect;
        _board = board;
        _limit = limit;
        _limitsOf = limitsOf;
        _contents = contents;
        _counters = counters;
        _slots = slots;
        _stop = stop;
        Completion = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Ends when every file has; fails only by cancellation.</summary>
    public Task Completion { get; }

    public void Add(PushRequestItem item) => _added.Writer.TryWrite(item);

    public void CompleteAdding() => _added.Writer.TryComplete();

    private async Task RunAsync()
    {
        // No file, no connection.
        if (!await _added.Reader.WaitToReadAsync(_stop))
        {
            return;
        }

        await _slots.WaitAsync(_stop);
        try
        {
            await PushAsync();
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task PushAsync()
    {
        IReadOnlyList<PushEntry> left = [];
        try
        {
            do
            {
                left = await PushOnOneStreamAsync(left);
            }
            while (left.Count > 0 || await _added.Reader.WaitToReadAsync(_stop));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            PeerShareException failure = e switch
            {
                PeerShareException { Error: PeerError.RequestRefused } refused =>
                    new PeerShareException(PeerError.PushRefused, _peer.Text, refused.Detail, refused),
                PeerShareException { Error: PeerError.PeerUnreachable or PeerError.ConnectTimeout } when _lost is not null => _lost,
                PeerShareException known => known,
                _ => new PeerShareException(PeerError.Unexpected, _peer.Text, e.Message, e),
            };
            FailLeft(failure);
            await foreach (PushRequestItem item in _added.Reader.ReadAllAsync(_stop))
            {
                _board.Fail(NewRecord(item, default), failure);
            }
        }
        finally
        {
            FailLeft(new PeerShareException(PeerError.TransferStopped, _peer.Text));
        }
    }

    private async Task<IReadOnlyList<PushEntry>> PushOnOneStreamAsync(IReadOnlyList<PushEntry> left)
    {
        PushStream? stream = null;
        PushSource? source = null;
        _left = left;
        try
        {
            PeerSession session = await _connect(_stop);
            _hadSession = true;
            stream = new PushStream(session, _board, [_limit, .. _limitsOf(session.Connection.RemoteId)], _contents, _counters);
            source = new PushSource(left, _added.Reader, next => NewEntry(next, session));
            _left = [];
            await stream.RunAsync(source, _stop);
            _left = [.. stream.Again, .. source.Untaken];
            return Reset(_left = [.. _left, .. await ResumedAsync(stream.Parked)]);
        }
        catch (PeerShareException e) when (MayGoOn(stream, e))
        {
            if (stream is not null)
            {
                _left = [.. stream.TakeOpen(), .. stream.Again, .. stream.Parked, .. source!.Untaken];
            }

            if (stream?.HasMoved == true)
            {
                _pace.Progressed();
            }

            _lost = e.Error == PeerError.ConnectionLost ? e : _lost;
            await _pace.WaitAsync(_stop);
            return Reset(_left);
        }
        catch
        {
            if (stream is not null && source is not null)
            {
                _left = [.. stream.TakeOpen(), .. stream.Again, .. stream.Parked, .. source.Untaken];
            }

            throw;
        }
        finally
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }
        }
    }

    /// <summary>A loss is not the end as long as something goes out now and then.</summary>
    private bool MayGoOn(PushStream? stream, PeerShareException failure) => failure.Error switch
    {
        PeerError.ConnectionLost or PeerError.PeerUnreachable or PeerError.ConnectTimeout =>
            _hadSession && (_pace.IsWorthIt || stream?.HasMoved == true),
        _ => false,
    };

    /// <summary>Waits until the user wants what they have suspended.</summary>
    private async Task<IReadOnlyList<PushEntry>> ResumedAsync(IEnumerable<PushEntry> parked)
    {
        List<PushEntry> wanted = [];
        foreach (PushEntry entry in parked)
        {
            await entry.Record.ParkAsync().WaitAsync(_stop);
            if (entry.Record.Wish == TransferWish.Stop)
            {
                _board.Fail(entry.Record, new PeerShareException(PeerError.TransferStopped, entry.File.FullPath));
            }
            else
            {
                wanted.Add(entry);
            }
        }

        return wanted;
    }

    /// <summary>What was said of them on the last stream does not count on the next; who is cut off again and again has ended.</summary>
    private List<PushEntry> Reset(IReadOnlyList<PushEntry> entries)
    {
        List<PushEntry> again = [];
        foreach (PushEntry entry in entries)
        {
            if (++entry.Cuts > MostRounds)
            {
                _board.Fail(entry.Record, new PeerShareException(PeerError.ConnectionLost, entry.File.FullPath));
                continue;
            }

            entry.Reset();
            again.Add(entry);
        }

        return again;
    }

    private void FailLeft(PeerShareException failure)
    {
        foreach (PushEntry entry in _left)
        {
            _board.Fail(entry.Record, new PeerShareException(failure.Error, failure.Target ?? entry.File.FullPath, failure.Detail, failure));
        }

        _left = [];
    }

    /// <summary>The file as it is offered, or null when its name cannot be; then it has ended.</summary>
    private PushEntry? NewEntry(PushRequestItem item, PeerSession session)
    {
        TransferRecord record = NewRecord(item, session.Connection.RemoteId);
        if (WirePath.TryParse(item.Name, out WirePath? path, out string why))
        {
            return new PushEntry(item.File, path, record);
        }

        _board.Fail(record, new PeerShareException(PeerError.NameRefused, item.File.FullPath, why));
        return null;
    }

    private TransferRecord NewRecord(PushRequestItem item, NodeId nodeId) => new(
        TransferDirection.Send,
        Files.LocalPath.NameOf(item.File.FullPath),
        item.Name,
        _peer.Text,
        _peer.NodeId ?? nodeId,
        item.File.Length,
        item.Id)
    {
        LocalPath = item.File.FullPath,
        Recipe = () => new TransferRecipe { RelativeName = item.Name },
    };
}
