using System.Collections.Concurrent;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Announces this node's catalog to those who subscribe: all of it or what they miss, then what changes, for as long as
/// they listen. It holds one page, whatever the size of the shares, and tells nothing that the subscriber may not see.
/// </summary>
/// <param name="view">The catalog as a peer may see it.</param>
/// <param name="feed">Says when to look again.</param>
/// <param name="bounds">What may run for peers at once.</param>
/// <param name="interval">How often is said that nothing has changed.</param>
/// <param name="log">For events.</param>
internal sealed class SubscribeResponder(
    Func<NodeId, AnnouncedView> view, CatalogFeed feed, WorkBounds bounds, TimeSpan interval, EventLog log)
{
    private readonly ConcurrentDictionary<NodeId, CancellationTokenSource> _current = [];
    private volatile bool _isOpen;

    /// <summary>Subscribers are answered from now on.</summary>
    public void Open() => _isOpen = true;

    /// <summary>No subscriber is answered any more; those that listen are told that this node goes.</summary>
    public void Close()
    {
        _isOpen = false;
        foreach (CancellationTokenSource current in _current.Values)
        {
            End(current);
        }
    }

    public async Task AnnounceAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        if (!_isOpen)
        {
            stream.Fail(WireError.Refused);
            return;
        }

        SubscribeRequest request = opening.Parse(SubscribeRequest.Parser);
        NodeId peer = stream.Connection.RemoteId;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        Begin(peer, end);
        feed.Join();
        try
        {
            await new CatalogTelling(stream, view(peer), bounds, request, end.Token).RunAsync(feed, interval);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            stream.Fail(_isOpen ? WireError.Busy : WireError.ShuttingDown);
        }
        finally
        {
            feed.Leave();
            _current.TryRemove(KeyValuePair.Create(peer, end));
            log.RequestServed(peer, "Subscribe", path: null);
        }
    }

    // A peer has one; a later one takes the place of what may be the remains of a lost connection.
    private void Begin(NodeId peer, CancellationTokenSource subscription)
    {
        CancellationTokenSource? former;
        lock (_current)
        {
            _current.TryGetValue(peer, out former);
            _current[peer] = subscription;
        }

        if (former is not null)
        {
            End(former);
        }
    }

    private static void End(CancellationTokenSource running)
    {
        try
        {
            running.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }
}
