using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Trust;

/// <summary>Who may do what, as the store had it when its change counter stood at <see cref="Counter"/>.</summary>
internal sealed class TrustSnapshot
{
    private readonly Dictionary<NodeId, PeerRights> peers;
    private readonly ILookup<NodeId, Scope> scopes;

    private TrustSnapshot(long counter, Dictionary<NodeId, PeerRights> peers, ILookup<NodeId, Scope> scopes)
    {
        Counter = counter;
        this.peers = peers;
        this.scopes = scopes;
    }

    public long Counter { get; }

    public static TrustSnapshot Take(NodeStore store) => store.Snapshot(() => new TrustSnapshot(
        store.ChangeCounter,
        store.Peers.List().ToDictionary(row => NodeId.FromBytes(row.NodeId), row => (PeerRights)row.Allow),
        store.Grants.List().ToLookup(row => NodeId.FromBytes(row.NodeId), Scope.Of)));

    public bool Knows(NodeId peer) => peers.ContainsKey(peer);

    public PeerRights GeneralRights(NodeId peer) => peers.GetValueOrDefault(peer);

    /// <summary>The peer's rights at a place in a share; without a path, those it has in the whole share.</summary>
    public PeerRights RightsIn(NodeId peer, ShareRule share, WirePath? path)
    {
        if (!Knows(peer))
        {
            return PeerRights.None;
        }

        PeerRights rights = share.OnlyPeers is null || share.OnlyPeers.Contains(peer)
            ? GeneralRights(peer)
            : PeerRights.None;
        foreach (Scope scope in scopes[peer])
        {
            if (scope.Covers(share.Name, path))
            {
                rights |= scope.Rights;
            }
        }

        return rights;
    }

    /// <summary>The places to which grants of that right are limited.</summary>
    public IReadOnlyList<WirePath> PlacesIn(NodeId peer, ShareRule share, PeerRights right) => Knows(peer)
        ? [.. scopes[peer]
            .Where(scope => scope is { IsReadable: true, Limit: not null } && scope.Share == share.Name)
            .Select(scope => scope.Limit!)
            .Where(place => RightsIn(peer, share, place).HasFlag(right))]
        : [];

    private sealed record Scope(string Share, WirePath? Limit, bool IsReadable, PeerRights Rights)
    {
        public static Scope Of(GrantRow row)
        {
            // A limit that cannot be read must not become no limit.
            WirePath? limit = null;
            bool isReadable = row.Path.Length == 0 || WirePath.TryParse($"{row.Share}/{row.Path}", out limit, out _);
            return new Scope(row.Share, limit, isReadable, (PeerRights)row.Rights);
        }

        public bool Covers(string share, WirePath? path) =>
            IsReadable
            && string.Equals(share, Share, StringComparison.Ordinal)
            && (Limit is null || path?.IsAtOrBelow(Limit) == true);
    }
}
