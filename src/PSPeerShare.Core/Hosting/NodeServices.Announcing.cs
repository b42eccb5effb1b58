using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

// Catalogs that nodes announce to each other: while this one runs it tells its own and keeps those of others.
internal sealed partial class NodeServices
{
    private static readonly TimeSpan AnnounceInterval = TimeSpan.FromSeconds(1);

    /// <summary>Hashes are written a moment after their time.</summary>
    private static readonly TimeSpan HashesSettle = TimeSpan.FromSeconds(5);

    private readonly FollowPace _followPace;
    private readonly SubscribeResponder _announcing;
    private CatalogFollower? _follower;

    /// <summary>What peers have announced.</summary>
    public PeerCatalogs Catalogs { get; }

    /// <summary>Begins to announce and to listen.</summary>
    public void BeginAnnouncing()
    {
        _announcing.Open();
        _follower ??= new CatalogFollower(Sessions, Peers, Catalogs, _followPace, Log);
    }

    /// <summary>Ends both, so that nothing of it keeps a node from stopping.</summary>
    public async Task EndAnnouncingAsync()
    {
        _announcing.Close();
        if (Interlocked.Exchange(ref _follower, null) is { } follower)
        {
            await follower.DisposeAsync();
        }

        Sessions.RetireDialled();
    }

    private SubscribeResponder Announce() => new(
        peer => new AnnouncedView(
            Shares, Entries, _stored, Contents, _catalog.AccessOf(peer, PeerRights.Browse), _catalog.AccessOf(peer, PeerRights.Browse | PeerRights.Read)),
        new CatalogFeed(LookForChanges, AnnounceInterval, TimeProvider.System, Log),
        _bounds,
        Limits.CatalogInterval,
        Log);

    // What decides what subscribers are told: the numbers of changes, trust, and the shares with those that are one file.
    private string LookForChanges()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        while (_stored.Ask(store => store.Announced.NoteHashes(now, HashesSettle), false))
        {
            // As many at once as others do not wait long for.
        }

        IEnumerable<string> shares = Shares.All.Select(share => share.IsSingleFile
            ? $"{share.Info.Name} {AnnouncedView.MarkOf(share)}"
            : $"{share.Info.Name} {Entries.Find(share)?.Row}");
        return $"{_stored.Ask(store => store.Entries.Sequence, -1)} {Store.ChangeCounter} {string.Join(' ', shares)}";
    }
}
