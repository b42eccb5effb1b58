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
    private readonly PeerTarget _peer;
    private readonly Func<CancellationToken, Task<PeerSession>> _connect;
    private readonly TransferBoard _board;
    private readonly RateLimiter _limit;
    private readonly Func<NodeId, IReadOnlyList<RateLimiter>> _limitsOf;
    private readonly IContentIndex _contents;
    private readonly TransferCounters _counters;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationToken _stop;
    private readonly Channel<(LocalFile File, string Name)> _added =
        Channel.CreateUnbounded<(LocalFile, string)>(new UnboundedChannelOptions { SingleReader = true });

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

    public void Add(LocalFile file, string name) => _added.Writer.TryWrite((file, name));

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
        PushStream? stream = null;
        try
        {
            PeerSession session = await _connect(_stop);
            stream = new PushStream(session, _board, [_limit, .. _limitsOf(session.Connection.RemoteId)], _contents, _counters);
            await stream.RunAsync(new PushSource(_added.Reader, next => NewEntry(next.File, next.Name, session)), _stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            PeerShareException failure = e switch
            {
                PeerShareException { Error: PeerError.RequestRefused } refused =>
                    new PeerShareException(PeerError.PushRefused, _peer.Text, refused.Detail, refused),
                PeerShareException known => known,
                _ => new PeerShareException(PeerError.Unexpected, _peer.Text, e.Message, e),
            };
            stream?.FailOpen(failure);
            await foreach ((LocalFile file, string name) in _added.Reader.ReadAllAsync(_stop))
            {
                _board.Fail(NewRecord(file, name, default), failure);
            }
        }
        finally
        {
            if (stream is not null)
            {
                stream.FailOpen(new PeerShareException(PeerError.TransferStopped, _peer.Text));
                await stream.DisposeAsync();
            }
        }
    }

    /// <summary>The file as it is offered, or null when its name cannot be; then it has ended.</summary>
    private PushEntry? NewEntry(LocalFile file, string name, PeerSession session)
    {
        TransferRecord record = NewRecord(file, name, session.Connection.RemoteId);
        if (WirePath.TryParse(name, out WirePath? path, out string why))
        {
            return new PushEntry(file, path, record);
        }

        _board.Fail(record, new PeerShareException(PeerError.NameRefused, file.FullPath, why));
        return null;
    }

    private TransferRecord NewRecord(LocalFile file, string name, NodeId nodeId) =>
        new(TransferDirection.Send, Files.LocalPath.NameOf(file.FullPath), name, _peer.Text, _peer.NodeId ?? nodeId, file.Length)
        {
            LocalPath = file.FullPath,
        };
}
