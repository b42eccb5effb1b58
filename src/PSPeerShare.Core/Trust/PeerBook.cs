using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// Who is trusted, under which name, where they are reached and what they may do. It knows no connection and asks
/// nobody; the home's own node is never in it. Any thread.
/// </summary>
internal sealed partial class PeerBook(NodeStore store, NodeId self, TimeProvider? clock = null)
{
    private readonly TimeProvider clock = clock ?? TimeProvider.System;

    /// <summary>Hears of every change of what somebody may do, before it is made.</summary>
    public AuditLog Audit { get; init; } = AuditLog.Null;

    /// <summary>
    /// The book has changed, here or (after <see cref="RaiseChanged"/>) in another process. Whoever holds connections
    /// asks again whether their peers are still trusted.
    /// </summary>
    public event Action? Changed;

    /// <summary>All peers, by name.</summary>
    public IReadOnlyList<PeerInfo> List() => store.Snapshot(() =>
    {
        ILookup<NodeId, ShareGrant> grants = store.Grants.List().ToLookup(
            row => NodeId.FromBytes(row.NodeId), ToGrant);
        return store.Peers.List().Select(row => ToInfo(row, [.. grants[NodeId.FromBytes(row.NodeId)]])).ToArray();
    });

    /// <summary>The peer of that name (whatever the case) or full node id.</summary>
    public PeerInfo? Find(string nameOrId) =>
        NodeId.TryParse(nameOrId, out NodeId id) ? Find(id)
        : PeerName.IsValid(nameOrId) ? Read(() => store.Peers.FindByName(nameOrId))
        : null;

    /// <summary>The peer with that id.</summary>
    public PeerInfo? Find(NodeId id) => Read(() => store.Peers.Find(id.ToArray()));

    /// <summary>
    /// The peer that is reached at an address. Peers say themselves where they listen, so of several that claim it, the
    /// one counts that has been in the book for longest.
    /// </summary>
    public PeerInfo? FindAt(PeerAddress address)
    {
        string text = address.ToString();
        return List().Where(peer => peer.Addresses.Contains(text, StringComparer.Ordinal)).MinBy(peer => peer.Added);
    }

    /// <summary>Adds a peer. A name that is taken gets a suffix.</summary>
    /// <exception cref="PeerShareException">
    /// <see cref="PeerError.PeerExists"/>, <see cref="PeerError.PeerIsSelf"/>, <see cref="PeerError.PeerNameInvalid"/>
    /// or <see cref="PeerError.AddressInvalid"/>.
    /// </exception>
    public BookedPeer Add(
        NodeId id, string name, IEnumerable<string> addresses, PeerRights allow, long? rateLimit = null)
    {
        RefuseSelf(id);
        PeerName.Check(name);
        IReadOnlyList<string> normal = Normalise(addresses);
        return Change(() => store.Peers.Find(id.ToArray()) is { } known
            ? throw new PeerShareException(PeerError.PeerExists, id.ToString(), $"it is in the book as {known.Name}")
            : AddNew(id, name, normal, allow, rateLimit));
    }

    /// <summary>Changes a peer.</summary>
    /// <exception cref="PeerShareException">As for adding, and <see cref="PeerError.PeerNotFound"/>.</exception>
    public BookedPeer Update(NodeId id, PeerChange change)
    {
        if (change.Name is not null)
        {
            PeerName.Check(change.Name);
        }

        IReadOnlyList<string>? addresses = change.Addresses is null ? null : Normalise(change.Addresses);
        return Change(() =>
        {
            byte[] key = id.ToArray();
            PeerRow row = store.Peers.Find(key)
                ?? throw new PeerShareException(PeerError.PeerNotFound, id.ToString());
            string name = change.Name is null ? row.Name : FreeName(change.Name, key);
            if (change.Allow is { } allow)
            {
                Audit.Grant("allow", id, null, null, null, allow.ToString());
            }

            store.Peers.Update(row with
            {
                Name = name,
                Allow = (int?)change.Allow ?? row.Allow,
                RateLimit = change.RateLimit is null ? row.RateLimit : NullIfZero(change.RateLimit),
                Addresses = addresses ?? row.Addresses,
            });
            if (change.Allow is not null)
            {
                store.Grants.DeleteAll(key);
            }

            return new BookedPeer(Find(id)!, change.Name is not null && name != change.Name);
        });
    }

    /// <summary>
    /// Removes a peer with all it was granted; no ticket that it has used before lets it in again. False when it is
    /// not in the book.
    /// </summary>
    public bool Remove(NodeId id) => Change(() =>
    {
        byte[] key = id.ToArray();
        if (store.Peers.Find(key) is not null)
        {
            Audit.Grant("remove", id, null, null, null, nameof(PeerRights.None));
        }

        store.Tickets.RevokeUsesOf(key, clock.GetUtcNow());
        return store.Peers.Delete(key);
    });

    /// <summary>Notes that the peer is connected, and the address that led to it.</summary>
    public void NoteSeen(NodeId id, string? address = null)
    {
        string? normal = PeerAddress.TryParse(address, out PeerAddress known) ? known.ToString() : null;
        store.Peers.NoteSeen(id.ToArray(), normal, clock.GetUtcNow());
    }

    /// <summary>Tells the listeners of <see cref="Changed"/> that another process has changed the book.</summary>
    public void RaiseChanged() => Changed?.Invoke();

    private static PeerInfo ToInfo(PeerRow row, IReadOnlyList<ShareGrant> grants) => new(
        row.Name,
        NodeId.FromBytes(row.NodeId),
        row.Addresses,
        (PeerRights)row.Allow,
        row.RateLimit,
        row.Added,
        row.LastSeen)
    {
        Grants = grants,
    };

    private static ShareGrant ToGrant(GrantRow row) =>
        new(row.Share, row.Path.Length == 0 ? null : row.Path, (PeerRights)row.Rights);

    private static long? NullIfZero(long? value) => value is > 0 ? value : null;

    private static List<string> Normalise(IEnumerable<string> addresses) =>
        [.. addresses.Select(text => PeerAddress.Parse(text).ToString()).Distinct(StringComparer.Ordinal)];

    private PeerInfo? Read(Func<PeerRow?> find) => store.Snapshot(
        () => find() is { } row ? ToInfo(row, [.. store.Grants.Of(row.NodeId).Select(ToGrant)]) : null);

    private T Change<T>(Func<T> work)
    {
        T result = store.Atomically(work);
        RaiseChanged();
        return result;
    }

    private BookedPeer AddNew(NodeId id, string name, IReadOnlyList<string> addresses, PeerRights allow, long? rateLimit)
    {
        Audit.Grant("trust", id, null, null, null, allow.ToString());
        return Insert(id, name, addresses, allow, rateLimit);
    }

    private BookedPeer Insert(
        NodeId id, string name, IReadOnlyList<string> addresses, PeerRights allow, long? rateLimit)
    {
        byte[] key = id.ToArray();
        string free = FreeName(name, key);
        store.Peers.Insert(new PeerRow(
            key, free, (int)allow, NullIfZero(rateLimit), clock.GetUtcNow(), LastSeen: null, addresses));
        return new BookedPeer(Find(id)!, free != name);
    }

    private string FreeName(string name, byte[] ownId) => PeerName.MakeUnique(
        name, candidate => store.Peers.FindByName(candidate) is { } other && !other.NodeId.AsSpan().SequenceEqual(ownId));

    private void RefuseSelf(NodeId id)
    {
        if (id == self)
        {
            throw new PeerShareException(PeerError.PeerIsSelf, id.ToString());
        }

        if (id.IsEmpty)
        {
            throw new PeerShareException(PeerError.NodeIdInvalid, string.Empty);
        }
    }
}
