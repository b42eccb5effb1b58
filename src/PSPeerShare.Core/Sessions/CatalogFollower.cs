using System.Diagnostics;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Keeps the catalogs of trusted peers while a node runs: listens to those that are connected, dials the others now and
/// then, and forgets whom nobody trusts any more. It looks into no catalog.
/// </summary>
/// <remarks>One task looks around; each peer that is listened to has one of its own, which mostly waits.</remarks>
internal sealed class CatalogFollower : IAsyncDisposable
{
    private const int DialsAtOnce = 4;
    private static readonly TimeSpan BookInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DialPatience = TimeSpan.FromSeconds(15);

    private readonly SessionPool _sessions;
    private readonly PeerBook _book;
    private readonly PeerCatalogs _catalogs;
    private readonly FollowPace _pace;
    private readonly EventLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<NodeId, FollowedPeer> _peers = [];
    private readonly Task _running;
    private volatile bool _isBookNew = true;

    public CatalogFollower(SessionPool sessions, PeerBook book, PeerCatalogs catalogs, FollowPace pace, EventLog log)
    {
        (_sessions, _book, _catalogs, _pace, _log) = (sessions, book, catalogs, pace, log);
        book.Changed += LookAtBook;
        _running = Task.Run(RunAsync);
    }

    /// <summary>The peer book may be another one.</summary>
    public void LookAtBook() => _isBookNew = true;

    /// <summary>Stops listening. What is stored stays.</summary>
    public async ValueTask DisposeAsync()
    {
        _book.Changed -= LookAtBook;
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_peers.Values.Select(peer => peer.Running));
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        long looked = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_isBookNew || Stopwatch.GetElapsedTime(looked) > BookInterval)
                {
                    _isBookNew = false;
                    looked = Stopwatch.GetTimestamp();
                    ReadBook();
                }

                LookAround();
            }
            catch (PeerShareException e)
            {
                _log.Warning(e, "following catalogs");
            }

            await Task.Delay(_pace.Tick, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void ReadBook()
    {
        IReadOnlyList<PeerInfo> book = _book.List();
        HashSet<NodeId> trusted = [.. book.Select(peer => peer.NodeId)];
        foreach ((NodeId gone, FollowedPeer peer) in _peers.Where(known => !trusted.Contains(known.Key)).ToArray())
        {
            peer.End();
            _peers.Remove(gone);
        }

        foreach (NodeId gone in _catalogs.ForgetOthers(trusted))
        {
            _log.CatalogForgotten(gone, "not trusted any more");
        }

        foreach (PeerInfo peer in book)
        {
            if (!_peers.TryGetValue(peer.NodeId, out FollowedPeer? known))
            {
                _peers[peer.NodeId] = known = new FollowedPeer(_stop.Token) { DialAt = Later(_pace.FirstDial * (0.5 + (Random.Shared.NextDouble() / 2))) };
            }

            known.Target = new PeerTarget(peer.Name, peer.NodeId, peer.Addresses);
        }
    }

    private void LookAround()
    {
        long now = Environment.TickCount64;
        List<FollowedPeer> due = [];
        foreach ((NodeId nodeId, FollowedPeer peer) in _peers.Where(known => known.Value.Running.IsCompleted && now >= known.Value.NotBefore))
        {
            // Whoever is here is listened to at once.
            if (_sessions.FindOpen(nodeId, Capabilities.Subscribe) is { } here)
            {
                peer.Role = FollowedRole.Met;
                peer.Running = Task.Run(() => FollowAsync(peer, here, isVisit: false));
            }
            else if (now >= peer.DialAt)
            {
                due.Add(peer);
            }
        }

        // A few are dialled at a time, those that have waited longest first; some of them to stay, the others for a visit.
        int standing = _peers.Values.Count(peer => peer.Role == FollowedRole.Standing && !peer.Running.IsCompleted);
        int dialling = _peers.Values.Count(peer => peer.IsDialling && !peer.Running.IsCompleted);
        foreach (FollowedPeer peer in due.OrderBy(peer => peer.DialAt).Take(Math.Max(0, DialsAtOnce - dialling)))
        {
            bool isVisit = standing >= _pace.Standing;
            standing += isVisit ? 0 : 1;
            peer.Role = isVisit ? FollowedRole.Visited : FollowedRole.Standing;
            peer.IsDialling = true;
            peer.Running = Task.Run(() => FollowAsync(peer, null, isVisit));
        }
    }

    private async Task FollowAsync(FollowedPeer peer, PeerSession? here, bool isVisit)
    {
        NodeId nodeId = peer.Target.NodeId!.Value;
        CatalogSubscription subscription = new(_catalogs, _log);
        try
        {
            PeerSession session = here ?? await _sessions.OpenAsync(peer.Target, DialPatience, peer.Ended);
            peer.IsDialling = false;
            if (session.Offers(Capabilities.Subscribe))
            {
                await subscription.RunAsync(session, isVisit, peer.Ended);
            }

            // It may be a process of the peer's home that only asks; the node itself is elsewhere.
            peer.Failures = 0;
            Rest(peer, isVisit ? _pace.LastRetry : _pace.Retry, isBarred: isVisit);
        }
        catch (CatalogFaultException e)
        {
            _log.CatalogRefused(nodeId, e.Message);
            Rest(peer, _pace.LastRetry * 3, isBarred: true);
        }
        catch (PeerShareException e) when (e.Error == PeerError.ProtocolViolation)
        {
            _log.CatalogRefused(nodeId, e.Detail ?? "");
            Rest(peer, _pace.LastRetry * 3, isBarred: true);
        }
        catch (PeerShareException e)
        {
            if (e.Error == PeerError.NotTrustedByPeer && _catalogs.Forget(nodeId))
            {
                _log.CatalogForgotten(nodeId, "this node is not trusted there any more");
            }

            peer.Failures = subscription.WasWhole ? 0 : peer.Failures + 1;
            Rest(peer, Min(_pace.LastRetry, _pace.Retry * Math.Pow(2, Math.Min(peer.Failures, 16))), isBarred: e.Error is PeerError.RequestRefused or PeerError.PeerBusy);
        }
        catch (OperationCanceledException)
        {
            // Nobody wants it any more.
        }
        catch (Exception e)
        {
            _log.Failure(e, "following a catalog");
            Rest(peer, _pace.LastRetry, isBarred: true);
        }
    }

    // A peer that comes by itself is listened to at once, unless it gave a reason not to.
    private void Rest(FollowedPeer peer, TimeSpan time, bool isBarred = false)
    {
        peer.DialAt = Later(FollowPace.Spread(time));
        peer.NotBefore = isBarred ? peer.DialAt : Later(_pace.Tick * 2);
    }

    private static long Later(TimeSpan time) => Environment.TickCount64 + (long)time.TotalMilliseconds;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
