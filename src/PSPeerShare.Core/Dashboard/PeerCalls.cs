using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>The peer book.</summary>
internal sealed class PeerCalls(IDashboardNode node, Func<PeerShareException, ApiFault> explain)
{
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "peers", (call, _) => call.AnswerAsync(new { peers = PeerView.ListOf(node) })),
        new("GET", "near", NearAsync),
        new("POST", "peers", AddAsync),
        new("PATCH", "peers/*", SetAsync),
        new("DELETE", "peers/*", RemoveAsync),
        new("POST", "peers/*/test", TestAsync),
    ];

    private async Task NearAsync(ApiCall call, CancellationToken cancellationToken)
    {
        List<SeenPeer> strangers = [];
        await foreach (FoundPeer found in node.FindPeersAsync(LookPatience, cancellationToken))
        {
            if (found.Book is null && strangers.Count < DashboardLimits.NearShown)
            {
                strangers.Add(found.Seen);
            }
        }

        await call.AnswerAsync(new
        {
            near = strangers.OrderBy(s => s.Name, StringComparer.OrdinalIgnoreCase)
                .Select(s => new { nodeId = s.NodeId.ToString(), shortId = s.NodeId.ShortId, name = s.Name, addresses = s.Addresses, isPairingOpen = s.IsPairingOpen }),
        });
    }

    private async Task AddAsync(ApiCall call, CancellationToken cancellationToken)
    {
        NewPeer asked = await call.ReadAsync<NewPeer>(DashboardLimits.BodyBytes);
        AddedPeer added = await node.AddPeerAsync(
            new AddPeerOptions
            {
                Ticket = asked.Ticket?.Trim(),
                Code = asked.Code?.Trim(),
                NodeId = asked.NodeId is { } id ? IdOf(id) : null,
                Addresses = asked.Addresses ?? [],
                Name = asked.Name,
                Allow = Rights.Parse(asked.Allow) ?? PeerRights.Browse | PeerRights.Read,
            },
            cancellationToken);
        await call.AnswerAsync(new { peer = PeerView.Of(added.Peer), wantedName = added.WantedName }, 201);
    }

    private async Task SetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        PeerPatch asked = await call.ReadAsync<PeerPatch>(DashboardLimits.BodyBytes);
        if (asked.RateLimit < 0)
        {
            throw ApiFaultException.Invalid("A rate is not negative.");
        }

        PeerChange change = new()
        {
            Name = asked.Name,
            Addresses = asked.Addresses,
            Allow = Rights.Parse(asked.Allow),
            RateLimit = asked.RateLimit,
        };
        PeerInfo changed = await node.SetPeerAsync(PeerOf(call).NodeId, change, cancellationToken);
        await call.AnswerAsync(new { peer = PeerView.Of(changed) });
    }

    private async Task RemoveAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await node.RemovePeerAsync(PeerOf(call).NodeId, cancellationToken);
        await call.AnswerAsync(new { });
    }

    private async Task TestAsync(ApiCall call, CancellationToken cancellationToken)
    {
        PeerInfo peer = PeerOf(call);
        PeerProbe probe = await node.TestPeerAsync(new PeerTarget(peer.Name, peer.NodeId, peer.Addresses), ProbePatience, cancellationToken);
        await call.AnswerAsync(new
        {
            isReachable = probe.IsReachable,
            address = probe.Address,
            path = probe.Path,
            roundTripMs = probe.RoundTrip?.TotalMilliseconds,
            software = probe.Software,
            tls = probe.TlsVersion,
            error = probe.Error is { } error ? explain(error) : null,
        });
    }

    private PeerInfo PeerOf(ApiCall call) => Find(node, call.Parameters[0]);

    /// <summary>A peer of the book by its full id.</summary>
    public static PeerInfo Find(IDashboardNode node, string id)
    {
        NodeId nodeId = IdOf(id);
        return node.GetPeers().FirstOrDefault(p => p.NodeId == nodeId) ?? throw new PeerShareException(PeerError.PeerNotFound, id);
    }

    public static NodeId IdOf(string text) =>
        NodeId.TryParse(text, out NodeId id) ? id : throw new PeerShareException(PeerError.NodeIdInvalid, text);

    private sealed record NewPeer(string? Ticket = null, string? Code = null, string? NodeId = null, string[]? Addresses = null, string? Name = null, string[]? Allow = null);

    private sealed record PeerPatch(string? Name = null, string[]? Addresses = null, string[]? Allow = null, long? RateLimit = null);
}

/// <summary>A peer of the book, as the page shows it.</summary>
internal sealed record PeerView(
    string Name, string NodeId, string ShortId, IReadOnlyList<string> Addresses, IReadOnlyList<string> Allow, IReadOnlyList<string> Grants,
    long? RateLimit, long Added, long? LastSeen)
{
    public static IReadOnlyList<PeerView> ListOf(IDashboardNode node) => [.. node.GetPeers().Select(Of)];

    public static PeerView Of(PeerInfo peer) => new(
        peer.Name, peer.NodeId.ToString(), peer.NodeId.ShortId, peer.Addresses, Rights.Names(peer.Allow),
        [.. peer.Grants.Select(g => $"{g.Share}{(g.Path is null ? "" : "/" + g.Path)}: {g.Allow}")],
        peer.RateLimit, peer.Added.ToUnixTimeMilliseconds(), peer.LastSeen?.ToUnixTimeMilliseconds());
}
