using System.Collections.Concurrent;
using System.Text;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

/// <summary>
/// Everything that one home's node is made of, put together once a process. The rooms know nothing of each other
/// beyond what is handed to them here.
/// </summary>
internal sealed partial class NodeServices : IAsyncDisposable
{
    private readonly ConcurrentDictionary<NodeId, RateLimiter> _peerLimits = [];
    private readonly RateLimiter _nodeLimit = new(null);
    private readonly StoredCatalog _stored;
    private readonly GrantedCatalog _catalog;
    private readonly WorkBounds _bounds = new();
    private readonly RequestRouter _requests;
    private readonly RequestRouter _strangers;
    private readonly InboxQuota _quota;
    private RunningServer? _server;

    /// <param name="home">The home folder.</param>
    /// <param name="scope">Where multicast may be used; what the environment says unless given.</param>
    /// <param name="pace">How eagerly peers' catalogs are followed.</param>
    public NodeServices(string home, DiscoveryScope? scope = null, FollowPace? pace = null)
    {
        Home = home;
        _followPace = pace ?? FollowPace.Default;
        _scope = scope;
        Identity = NodeIdentity.LoadOrCreate(home);
        Store = NodeStore.Open(home);
        EventLogOptions logs = new() { Folder = HomeFolder.Logs(home) };
        Log = EventLog.Open(logs);
        Audit = AuditLog.Open(logs);
        Peers = new PeerBook(Store, Identity.Id) { Audit = Audit };
        Passes = new PassBook(Store);
        Grants = new Grants(Store, Identity.Id, Passes);
        Tickets = new TicketBook(Store, Identity.Id);
        Sessions = new SessionPool(DialAsync, Peers, Identity.Id, LocateAsync, DialRelayAsync);
        FindPairingNodes = FindPairingNodesAsync;
        _stored = new StoredCatalog(home, Log, TimeProvider.System);
        Entries = new EntryIndex(_stored);
        Contents = new ContentIndex(_stored, TimeProvider.System);
        Transfers = new TransferBook(Store.Transfers, Log);
        _catalog = new GrantedCatalog(Shares, Grants, Contents, Entries);
        _announcing = Announce();
        Catalogs = new PeerCatalogs(_stored, TimeProvider.System);
        _connections = new ConnectionOptions { Log = Log, Counters = Counters };
        _quota = new InboxQuota(() => Serving?.InboxLimits ?? new InboxLimits());
        _requests = RouteRequests();
        _strangers = new RequestRouter(Log).On(FrameType.TicketProof, new TicketResponder(
            Identity.Id, Tickets, Peers, Passes, Introduce, () => Serving?.Refresh(), Log, Audit).RedeemAsync)
            .On(FrameType.PairStep, new PairingResponder(Identity.Id, Codes, Introduce, Log, Audit).PairAsync);
    }

    public string Home { get; }

    /// <summary>The name that the node goes by unless it is started with another: the machine's, cut to what fits.</summary>
    public string DefaultName { get; } = MachineName();

    public NodeIdentity Identity { get; }

    public NodeStore Store { get; }

    public PeerBook Peers { get; }

    public Grants Grants { get; }

    public TicketBook Tickets { get; }

    /// <summary>Who uses a ticket of this home directly.</summary>
    public PassBook Passes { get; }

    public PairingDesk Codes { get; } = new();

    public SessionPool Sessions { get; }

    public ShareRegistry Shares { get; } = new();

    /// <summary>The home's transfers.</summary>
    public TransferBook Transfers { get; }

    /// <summary>What is known of files' contents.</summary>
    public ContentIndex Contents { get; }

    /// <summary>The stored entries of shares.</summary>
    public EntryIndex Entries { get; }

    public TransferCounters Counters { get; } = new();

    /// <summary>What peers fetch from here and push to here now.</summary>
    public PassingFiles Passing { get; } = new();

    public EventLog Log { get; }

    public AuditLog Audit { get; }

    /// <summary>The server that was started last in this process; it may have ended.</summary>
    public RunningServer? Server
    {
        get => Volatile.Read(ref _server);
        set => Volatile.Write(ref _server, value);
    }

    /// <summary>The node that runs in this process, if it does.</summary>
    public RunningServer? Serving => Server is { IsServing: true } server ? server : null;

    /// <summary>What this node says of itself to someone who is about to trust it.</summary>
    public (string Name, IReadOnlyList<string> Addresses) Introduce()
    {
        if (Serving is { } server)
        {
            return (server.Name, LocalAddresses.Reachable([.. server.Endpoints.Select(e => e.ToString())], server.Port));
        }

        return Store.RunningNode.Find() is { } running
            ? (running.Name, LocalAddresses.Reachable([], running.Port))
            : (DefaultName, []);
    }

    /// <summary>Who may open a session: everyone in the peer book, and this home itself.</summary>
    public bool IsTrusted(NodeId nodeId) => Grants.IsTrusted(nodeId);

    /// <summary>The shares that outlive a run, as the store has them now.</summary>
    public IEnumerable<ShareInfo> PersistentShares() => Store.Shares.List().Select(row => ShareRegistry.Inspect(new ShareInfo(
        row.Name,
        row.Path,
        row.OnlyPeers?.Select(id => NodeId.FromBytes(id)).ToArray(),
        row.Exclude,
        IsPersistent: true,
        IsSingleFile: LocalPath.IsFile(row.Path) == true,
        Problem: null)));

    /// <summary>The most that the node sends to all peers together.</summary>
    public void SetLimit(long? bytesPerSecond) => _nodeLimit.BytesPerSecond = bytesPerSecond;

    public async ValueTask DisposeAsync()
    {
        if (Server is { } server)
        {
            await server.DisposeAsync();
        }

        await EndDiscoveryAsync();
        await EndAnnouncingAsync();

        await Sessions.DisposeAsync();
        await Transfers.DisposeAsync();
        await Contents.DisposeAsync();
        _stored.Dispose();
        Store.Dispose();
        Identity.Dispose();
        await Log.DisposeAsync();
        await Audit.DisposeAsync();
    }

    private static string MachineName()
    {
        string name = Environment.MachineName;
        while (Encoding.UTF8.GetByteCount(name) > Limits.NodeNameBytes)
        {
            name = name[..^1];
        }

        return name;
    }

    private RequestRouter RouteRequests()
    {
        ListingResponder listing = new(_catalog, _bounds, Log);
        return new RequestRouter(Log, new RequestPace(Identity.Id))
            .On(FrameType.Search, listing.SearchAsync)
            .On(FrameType.Browse, listing.BrowseAsync)
            .On(FrameType.Describe, new DescribeResponder(_catalog, _bounds).DescribeAsync)
            .On(FrameType.WhoHas, new WhoHasResponder(_catalog, _bounds, Log).AnswerAsync)
            .On(FrameType.Subscribe, _announcing.AnnounceAsync)
            .On(FrameType.Fetch, new FetchResponder(_catalog, Contents, LimitsOf, Passes.AllowanceOf, Counters, Log, Audit) { Passing = Passing }.FetchAsync)
            .On(FrameType.Push, new PushResponder(() => Serving?.OpenInbox(), InboxFolderOf, Grants.MayPush, _quota, Contents, _bounds.Hashing, Counters, Log, Audit) { Passing = Passing }.PushAsync)
            .On(FrameType.Control, new ControlResponder(Identity.Id, new ControlOfServer(this), Log).ControlAsync);
    }

    /// <summary>The limits that hold for what goes to a peer. They may change while something goes; unlimited they cost a comparison.</summary>
    public IReadOnlyList<RateLimiter> LimitsOf(NodeId peer)
    {
        RateLimiter limit = _peerLimits.GetOrAdd(peer, static _ => new RateLimiter(null));
        limit.BytesPerSecond = Peers.Find(peer)?.RateLimit;
        return [_nodeLimit, limit];
    }

    /// <summary>Takes over the limits of peers as the store has them now.</summary>
    public void RefreshLimits()
    {
        foreach ((NodeId peer, RateLimiter limit) in _peerLimits)
        {
            limit.BytesPerSecond = Peers.Find(peer)?.RateLimit;
        }
    }

}
