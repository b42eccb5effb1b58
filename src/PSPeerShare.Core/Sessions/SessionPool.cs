using System.Runtime.CompilerServices;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Sessions with peers, opened when needed and kept while they are used. A connection that a peer opened serves as
/// well: it may be the only way to reach it.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed partial class SessionPool : IAsyncDisposable
{
    private static readonly TimeSpan KeepIdle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(15);

    /// <summary>After so much silence a session is tried before it is used: the other side may be gone without a word.</summary>
    private static readonly TimeSpan TrustedSilence = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan PingPatience = TimeSpan.FromSeconds(2);

    // Beside the exception, since errors know no addresses.
    private static readonly ConditionalWeakTable<PeerShareException, DialAttempt[]> Failures = [];

    private readonly Func<PeerAddress, NodeId?, CancellationToken, Task<PeerConnection>> _dial;
    private readonly Func<NodeId, CancellationToken, IAsyncEnumerable<DialCandidate>>? _locate;
    private readonly Func<string, NodeId, CancellationToken, Task<PeerConnection>>? _dialRelay;
    private readonly PeerBook _book;
    private readonly NodeId _self;
    private readonly Lock _gate = new();
    private readonly List<PeerSession> _sessions = [];
    private readonly Dictionary<string, Task<PeerSession>> _opening = new(StringComparer.Ordinal);
    private readonly Timer _sweep;
    private bool _isDisposed;

    /// <param name="dial">Dials an address where a certain node, or any trusted one, has to answer.</param>
    /// <param name="book">Who is trusted.</param>
    /// <param name="self">The home's own id, which is trusted for its own sessions.</param>
    /// <param name="dialRelay">Dials a node through a relay.</param>
    /// <param name="locate">Where a certain node may be besides, for as long as it is worth waiting for.</param>
    public SessionPool(
        Func<PeerAddress, NodeId?, CancellationToken, Task<PeerConnection>> dial,
        PeerBook book,
        NodeId self,
        Func<NodeId, CancellationToken, IAsyncEnumerable<DialCandidate>>? locate = null,
        Func<string, NodeId, CancellationToken, Task<PeerConnection>>? dialRelay = null)
    {
        _dialRelay = dialRelay;
        _locate = locate;
        _dial = dial;
        _book = book;
        _self = self;
        _sweep = new Timer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>A session with the peer: one that is open, or a new one.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="timeout">For all addresses together.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="PeerShareException">Why it cannot be reached or is not the one.</exception>
    public async Task<PeerSession> OpenAsync(PeerTarget target, TimeSpan timeout, CancellationToken cancellationToken)
    {
        PeerSession? open;
        while ((open = FindOpen(target)) is not null)
        {
            if (await IsAnsweringAsync(open, timeout, cancellationToken))
            {
                if (open.Path == PeerPath.Relay)
                {
                    SeekDirectWay(target, open);
                }

                return open;
            }
        }

        Task<PeerSession> opening;
        lock (_gate)
        {
            string key = $"{target.NodeId} {string.Join(' ', target.Addresses)} {(target.IsApart ? "apart" : "")}";
            if (!_opening.TryGetValue(key, out opening!))
            {
                // Several commands may want the same peer at once: they share one attempt, which no single one may cancel.
                opening = Task.Run(() => ConnectAsync(target, timeout, key), CancellationToken.None);
                _opening.Add(key, opening);
            }
        }

        return await opening.WaitAsync(cancellationToken);
    }

    /// <summary>The addresses that were tried in vain before <see cref="OpenAsync"/> failed.</summary>
    public static IReadOnlyList<DialAttempt> AttemptsOf(PeerShareException failure) => Failures.TryGetValue(failure, out DialAttempt[]? attempts) ? attempts : [];

    /// <summary>Takes a connection that a peer opened.</summary>
    public void Adopt(PeerConnection connection)
    {
        if (connection.RemoteId != _self)
        {
            Keep(new PeerSession(connection, NameOf(connection.RemoteId)));
        }
    }

    /// <summary>
    /// Open connections with peers, whoever dialled. The home's own control sessions are none: asking for the number
    /// would change it.
    /// </summary>
    public int PeerConnections
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count(s => s.IsOpen && s.Connection.RemoteId != _self);
            }
        }
    }

    /// <summary>Ends every session with the nodes that a question is answered yes for.</summary>
    public void Close(Predicate<NodeId> isMeant, CloseReason reason) =>
        CloseAll(session => isMeant(session.Connection.RemoteId), reason, null);

    /// <summary>Ends the sessions that are apart from others with a node, at these addresses: at others it offers something else.</summary>
    public void CloseApart(NodeId node, IReadOnlyList<string> addresses, CloseReason reason, string detail) =>
        CloseAll(
            session => session.IsApart && session.Connection.RemoteId == node && addresses.Contains(session.Address, StringComparer.OrdinalIgnoreCase),
            reason,
            detail);

    private void CloseAll(Predicate<PeerSession> isMeant, CloseReason reason, string? detail)
    {
        lock (_gate)
        {
            foreach (PeerSession session in _sessions.FindAll(isMeant))
            {
                session.Connection.Shutdown(reason, detail);
                _sessions.Remove(session);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        PeerSession[] sessions;
        lock (_gate)
        {
            _isDisposed = true;
            sessions = [.. _sessions];
            _sessions.Clear();
        }

        await Task.WhenAll(sessions.Select(s => s.Connection.DisposeAsync().AsTask()));
    }

    private async Task<PeerSession> ConnectAsync(PeerTarget target, TimeSpan timeout, string key)
    {
        using CancellationTokenSource patience = new(timeout);
        List<DialAttempt> attempts = [];
        try
        {
            PeerSession session = await AddressRace.RunAsync(
                [.. target.Addresses.Select(address => new DialCandidate(address, PeerPath.Known))],
                stop => target.NodeId is { } wanted && wanted != _self && !target.IsApart ? _locate?.Invoke(wanted, stop) : null,
                (candidate, stop) => DialAsync(target, candidate, stop),
                attempts,
                patience.Token);
            session.Attempts = attempts;
            Keep(session);
            if (session.Connection.RemoteId != _self && !target.IsApart)
            {
                // The book has what people said and what lasts; where the network says a peer is today, it says tomorrow too.
                _book.NoteSeen(session.Connection.RemoteId, session.Path == PeerPath.Known ? session.Address : null);
            }

            return session;
        }
        catch (OperationCanceledException)
        {
            throw Remember(attempts, new PeerShareException(PeerError.ConnectTimeout, target.Text, $"{timeout.TotalSeconds:0.#} s at {string.Join(", ", target.Addresses)}"));
        }
        catch (PeerShareException e) when (e.Target != target.Text)
        {
            throw Remember(attempts, new PeerShareException(e.Error, target.Text, Detail(e), e));
        }
        finally
        {
            lock (_gate)
            {
                _opening.Remove(key);
            }
        }
    }

    private static PeerShareException Remember(List<DialAttempt> attempts, PeerShareException failure)
    {
        Failures.Add(failure, [.. attempts]);
        return failure;
    }

    private static string? Detail(PeerShareException e) =>
        e.Target is null ? e.Detail : e.Detail is null ? e.Target : $"{e.Target}: {e.Detail}";

    private async Task<PeerSession> DialAsync(PeerTarget target, DialCandidate candidate, CancellationToken cancellationToken)
    {
        PeerConnection connection = candidate.Path == PeerPath.Relay && _dialRelay is not null
            ? await _dialRelay(candidate.Address, target.NodeId!.Value, cancellationToken)
            : await _dial(PeerAddress.Parse(candidate.Address), target.NodeId, cancellationToken);
        return new PeerSession(connection, NameOf(connection.RemoteId), candidate.Address) { Path = candidate.Path, IsApart = target.IsApart };
    }

    private string NameOf(NodeId nodeId) => nodeId == _self ? "self" : _book.Find(nodeId)?.Name ?? nodeId.ShortId;

    private PeerSession? FindOpen(PeerTarget target)
    {
        lock (_gate)
        {
            return _sessions.FindAll(s => s.IsOpen && s.IsApart == target.IsApart
                && (target.NodeId is not { } id || s.Connection.RemoteId == id)
                && ((target.NodeId is not null && !target.IsApart) || target.Addresses.Contains(s.Address, StringComparer.OrdinalIgnoreCase)))
                .MinBy(s => s.Path == PeerPath.Relay);
        }
    }

    /// <summary>Whether a session that was silent still has someone at its other end; if not, nobody gets it any more.</summary>
    private static async Task<bool> IsAnsweringAsync(PeerSession session, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (session.Connection.IdleFor < TrustedSilence)
        {
            return true;
        }

        TimeSpan patience = timeout / 2 < PingPatience ? timeout / 2 : PingPatience;
        try
        {
            await session.Connection.PingAsync(cancellationToken).WaitAsync(patience, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or PeerShareException)
        {
            session.IsDoubtful = true;
            return false;
        }
    }

    private void Keep(PeerSession session)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _sessions.Add(session);
                return;
            }
        }

        session.Connection.Shutdown(CloseReason.ShuttingDown);
    }

    private void Sweep()
    {
        lock (_gate)
        {
            _sessions.RemoveAll(s => !s.Connection.IsUsable);
            foreach (PeerSession idle in _sessions.FindAll(s =>
                s.Connection.IsDialler && s.Connection.OpenStreams == 0 && (s.IsDoubtful || s.IdleFor > KeepIdle)))
            {
                _sessions.Remove(idle);
                _ = idle.Connection.GoAwayAsync(CloseReason.Normal, CancellationToken.None);
            }
        }
    }
}
