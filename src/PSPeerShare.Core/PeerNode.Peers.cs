using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core;

// Who is trusted, and how they become it.
public sealed partial class PeerNode
{
    /// <summary>The peer book.</summary>
    public IReadOnlyList<PeerInfo> GetPeers() => _services.Peers.List();

    /// <summary>Whom a text means: a name from the peer book, a full node id, <c>host</c> or <c>host:port</c>.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PeerNotFound"/> for an unknown id or what is no address,
    /// <see cref="PeerError.AddressInvalid"/> for an address whose port cannot be.</exception>
    public PeerTarget ResolvePeer(string text)
    {
        if (_services.Peers.Find(text) is { } known)
        {
            return new PeerTarget(known.Name, known.NodeId, known.Addresses);
        }

        if (NodeId.TryParse(text, out NodeId nodeId))
        {
            return nodeId == _services.Identity.Id && _control.FindReachable() is { } self
                ? new PeerTarget(self.Name, nodeId, [self.Endpoint])
                : throw new PeerShareException(PeerError.PeerNotFound, text);
        }

        // A bare word that is in no book is more likely a mistyped name than a host without a dot. Where the book has
        // someone at the address, nobody else is meant, however trusted.
        PeerAddress.CheckPort(text);
        bool isAddress = PeerAddress.TryParse(text, out PeerAddress address);
        return isAddress && (text.Contains(':', StringComparison.Ordinal) || PeerAddress.IsHostAlone(text))
            ? new PeerTarget(text, _services.Peers.FindAt(address)?.NodeId, [address.ToString()])
            : throw new PeerShareException(PeerError.PeerNotFound, text);
    }

    /// <summary>Trusts a peer: by its ticket or its code, mutually, or by its id alone, for this side.</summary>
    /// <exception cref="PeerShareException">Any of the ticket's, connecting's and peer book's errors.</exception>
    public async Task<AddedPeer> AddPeerAsync(AddPeerOptions options, CancellationToken cancellationToken)
    {
        AddedPeer added = options.Ticket is { } ticket
            ? await _services.Redemption().RedeemAsync(ticket, options, cancellationToken)
            : options.Code is { } code ? await PairAsync(code, options, cancellationToken)
            : AddById(options);
        _services.Log.PeerAdded(added.Peer.NodeId, added.Peer.Name, added.Peer.Allow);
        await _control.RefreshAsync(cancellationToken);
        return added;
    }

    /// <summary>Changes an entry of the peer book; a change of rights holds at the next frame.</summary>
    /// <returns>The entry as it is now; a name that was taken has got a suffix.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.PeerNotFound"/>, <see cref="PeerError.PeerNameInvalid"/>,
    /// <see cref="PeerError.AddressInvalid"/>.</exception>
    public async Task<PeerInfo> SetPeerAsync(NodeId nodeId, PeerChange change, CancellationToken cancellationToken)
    {
        PeerInfo changed = _services.Peers.Update(nodeId, change).Peer;
        _services.RefreshLimits();
        _services.Log.PeerChanged(nodeId, changed.Name);
        await _control.RefreshAsync(cancellationToken);
        return changed;
    }

    /// <summary>Ends trust in a peer and closes its connections.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PeerNotFound"/>.</exception>
    public async Task RemovePeerAsync(NodeId nodeId, CancellationToken cancellationToken)
    {
        PeerInfo peer = _services.Peers.Find(nodeId) ?? throw new PeerShareException(PeerError.PeerNotFound, nodeId.ToString());
        _services.Peers.Remove(nodeId);
        _services.Catalogs.Forget(nodeId);
        _services.Sessions.Close(peerId => peerId == nodeId, CloseReason.TrustRevoked);
        _services.Log.PeerRemoved(nodeId, peer.Name);
        await _control.RefreshAsync(cancellationToken);
    }

    /// <summary>Tries to reach a peer and says what was seen. Failures are in the result, not thrown.</summary>
    public async Task<PeerProbe> TestPeerAsync(PeerTarget peer, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            PeerSession session = await _services.Sessions.OpenAsync(peer, timeout, cancellationToken);
            PeerConnection connection = session.Connection;
            TimeSpan roundTrip = await connection.PingAsync(cancellationToken).WaitAsync(timeout, cancellationToken);
            return new PeerProbe(
                session.PeerName,
                connection.RemoteId,
                IsReachable: true,
                session.Address ?? connection.RemoteEndPoint?.ToString(),
                roundTrip,
                "TLS 1.3",
                connection.Tls.CipherSuite.ToString(),
                Printable.Escape(connection.RemoteHello.Agent),
                ClockDifference(connection),
                Error: null) { Path = session.Path, Attempts = session.Attempts };
        }
        catch (TimeoutException e)
        {
            return Unreachable(peer, new PeerShareException(PeerError.ConnectTimeout, peer.Text, "no answer to a ping", e));
        }
        catch (PeerShareException e)
        {
            return Unreachable(peer, e);
        }
    }

    /// <summary>Makes a ticket; its text is shown once and not kept.</summary>
    public async Task<TicketInfo> NewTicketAsync(TicketOptions options, CancellationToken cancellationToken)
    {
        ServerInfo? running = await GetServerAsync(cancellationToken);
        IReadOnlyList<string> own = LocalAddresses.Reachable(running?.Endpoints ?? [], running?.Port ?? ServerOptions.DefaultPort);
        TicketInfo ticket = _services.Tickets.Create(options with { Addresses = [.. options.Addresses, .. own] });
        _services.Log.TicketCreated(ticket.Id, ticket.Allow, ticket.Expires);
        return ticket;
    }

    /// <summary>All tickets that are still remembered, without their texts.</summary>
    public IReadOnlyList<TicketInfo> GetTickets() => _services.Tickets.List();

    /// <summary>Revokes a ticket or a code. Trust that grew from it stays until its peer is removed.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TicketNotFound"/>.</exception>
    public async Task RevokeTicketAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_services.Tickets.Revoke(id))
        {
            _services.Log.TicketRevoked(id);

            // Who uses it directly is hung up on.
            await _control.RefreshAsync(cancellationToken);
            return;
        }

        // It may be a code, which only the running node knows.
        ControlRequest close = new() { CloseCode = new ControlCloseCode { Id = id } };
        if (await _control.AskAsync(close, cancellationToken) is null)
        {
            throw new PeerShareException(PeerError.TicketNotFound, id);
        }
    }

    private AddedPeer AddById(AddPeerOptions options)
    {
        NodeId nodeId = options.NodeId ?? throw new PeerShareException(PeerError.NodeIdInvalid);
        string? host = options.Addresses.Count > 0 ? PeerAddress.Parse(options.Addresses[0]).Host : null;
        string wanted = options.Name ?? PeerName.OfHost(host, nodeId);
        BookedPeer booked = _services.Peers.Add(nodeId, wanted, options.Addresses, options.Allow, options.RateLimit);
        return new AddedPeer(booked.Peer, booked.IsRenamed ? wanted : null);
    }

    // The peer's clock may say anything; what is no date is no difference.
    private static TimeSpan? ClockDifference(PeerConnection connection)
    {
        long clock = connection.RemoteHello.ClockUnixMs;
        return clock >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && clock <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(clock) - connection.OpenedAt
            : null;
    }

    private static PeerProbe Unreachable(PeerTarget peer, PeerShareException error) =>
        new(peer.Text, peer.NodeId, IsReachable: false, null, null, null, null, null, null, error) { Attempts = SessionPool.AttemptsOf(error) };
}
