using System.Threading.Channels;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>A node whose peers, results and transfers are set on a stage, so that there can be as many and as odd ones as a test needs.</summary>
internal sealed class StagedNode : IDashboardNode
{
    public static readonly NodeId Self = NodeId.FromBytes(Enumerable.Repeat((byte)1, 32).ToArray());

    public static readonly NodeId Other = NodeId.FromBytes(Enumerable.Repeat((byte)2, 32).ToArray());

    public static readonly NodeId Third = NodeId.FromBytes(Enumerable.Repeat((byte)3, 32).ToArray());

    public List<PeerInfo> Peers { get; } =
        [new("nas01", Other, ["192.0.2.7:22021"], PeerRights.Browse | PeerRights.Read, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch)];

    public List<RemoteFile> Files { get; } = [];

    public List<ShareInfo> Shares { get; } = [];

    public List<FoundPeer> Near { get; } = [];

    public List<TicketInfo> Tickets { get; } = [];

    public List<HandOverInfo> HandOvers { get; } = [];

    /// <summary>What runs in each job that is begun.</summary>
    public IReadOnlyList<ActiveTransfer> Active { get; set; } = [];

    /// <summary>What runs in each job that sends, when that is something else.</summary>
    public IReadOnlyList<ActiveTransfer>? Pushing { get; set; }

    /// <summary>What has ended in each job that is begun.</summary>
    public IReadOnlyList<TransferInfo> Ended { get; set; } = [];

    /// <summary>How peers are reached.</summary>
    public PeerPath Path { get; set; }

    /// <summary>What a test of a peer shows; that it answers unless set.</summary>
    public Func<PeerTarget, PeerProbe>? Probe { get; set; }

    /// <summary>Bytes so far.</summary>
    public Traffic Traffic { get; set; }

    /// <summary>How long a search goes on after its files.</summary>
    public Task Silence { get; set; } = Task.CompletedTask;

    /// <summary>Completes when a search has ended.</summary>
    public TaskCompletionSource SearchEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The node's own list of transfers.</summary>
    public List<TransferInfo> Listed { get; } = [];

    /// <summary>What was asked of transfers.</summary>
    public List<string> Wishes { get; } = [];

    /// <summary>The options of the fetch that was begun last.</summary>
    public FetchOptions? Fetched { get; private set; }

    /// <summary>The options of the latest search.</summary>
    public FindOptions? Searched { get; private set; }

    /// <summary>How often something was asked for that changes the node.</summary>
    public int Changes { get; private set; }

    public ServerInfo? Server { get; set; } = new(
        "staged", Self, 22021, ["127.0.0.1:22021"], [], null, DateTimeOffset.UnixEpoch, ServerState.Running, 0, 0, 0, null, 1);

    public IdentityInfo GetIdentity() => new(Self, DateTimeOffset.UnixEpoch, "/home", "staged");

    public Task<ServerInfo?> GetServerAsync(CancellationToken cancellationToken) => Task.FromResult(Server is null ? null : Server with { Shares = [.. Shares] });

    public IReadOnlyList<PeerInfo> GetPeers() => [.. Peers];

    public Task<AddedPeer> AddPeerAsync(AddPeerOptions options, CancellationToken cancellationToken) => Change(new AddedPeer(Peers[0], null));

    public Task<PeerInfo> SetPeerAsync(NodeId nodeId, PeerChange change, CancellationToken cancellationToken) => Change(Peers[0]);

    public Task RemovePeerAsync(NodeId nodeId, CancellationToken cancellationToken) => Change(0);

    public Task<PeerProbe> TestPeerAsync(PeerTarget peer, TimeSpan timeout, CancellationToken cancellationToken) =>
        Task.FromResult(Probe?.Invoke(peer) ?? new PeerProbe(peer.Text, peer.NodeId, true, "192.0.2.7:22021", TimeSpan.FromMilliseconds(3), "TLS 1.3", "suite", "agent", null, null) { Path = Path });

    public Task<TicketInfo> NewTicketAsync(TicketOptions options, CancellationToken cancellationToken) => Change(new TicketInfo(
        new string('a', 32), "pspeer-secret-1:text", null, null, null, options.Allow, 1, 1, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, TicketState.Open));

    public async IAsyncEnumerable<FoundPeer> FindPeersAsync(
        TimeSpan time, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (FoundPeer found in Near)
        {
            yield return found;
        }
    }

    public Task<TicketInfo> CreateCodeAsync(TicketOptions options, CancellationToken cancellationToken) => Change(new TicketInfo(
        "", "", "K7Q-4MDX", null, null, options.Allow, 1, 1, null, null, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(10), TicketState.Open));

    public IReadOnlyList<TicketInfo> GetTickets() => [.. Tickets.Where(t => !t.IsCode)];

    public Task<IReadOnlyList<TicketInfo>> GetTicketsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TicketInfo>>([.. Tickets]);

    public Task RevokeTicketAsync(string id, CancellationToken cancellationToken) => Change(Tickets.RemoveAll(t => t.Id == id));

    public IReadOnlyList<HandOverInfo> GetHandOvers() => [.. HandOvers];

    public void WithdrawHandOver(string id) => Changes += HandOvers.RemoveAll(h => h.Id == id);

    public Task<IReadOnlyList<ShareInfo>> GetSharesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ShareInfo>>(Shares);

    public Task<ShareInfo> AddShareAsync(ShareOptions options, CancellationToken cancellationToken) =>
        Change(new ShareInfo("share", options.Path, null, [], true, false, null));

    public Task RemoveShareAsync(string name, CancellationToken cancellationToken) => Change(0);

    public async IAsyncEnumerable<SearchResult> FindFilesAsync(
        FindOptions options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Searched = options;
        try
        {
            await Task.Yield();
            foreach (RemoteFile file in Files)
            {
                yield return new SearchResult(file, null);
            }

            await Silence.WaitAsync(cancellationToken);
        }
        finally
        {
            SearchEnded.TrySetResult();
        }
    }

    public TransferJob<RemoteFile> BeginFetch(FetchOptions options)
    {
        Fetched = options;
        Changes++;
        return new StagedJob<RemoteFile>(this);
    }

    public TransferJob<LocalFile> BeginPush(PushOptions options)
    {
        Changes++;
        return new StagedJob<LocalFile>(this);
    }

    public ITransferListing WatchTransfers(int limit) => new StagedListing(this);

    public Task SuspendTransferAsync(string id, CancellationToken cancellationToken) => Wish($"suspend {id}");

    public Task ResumeTransferAsync(string id, CancellationToken cancellationToken) => Wish($"resume {id}");

    public Task StopTransferAsync(string id, CancellationToken cancellationToken) => Wish($"stop {id}");

    public Traffic GetTraffic(ServerInfo? server) => Traffic;

    /// <summary>A file as a peer could offer it.</summary>
    public static RemoteFile File(string name, long length = 1000) =>
        new(name, $"share/{name}", "share", length, DateTimeOffset.UnixEpoch, null, "nas01", Other);

    private Task<int> Wish(string wish)
    {
        Wishes.Add(wish);
        return Change(0);
    }

    private Task<T> Change<T>(T result)
    {
        Changes++;
        return Task.FromResult(result);
    }

    private sealed class StagedListing(StagedNode node) : ITransferListing
    {
        private IReadOnlyList<TransferInfo> _ended = [];

        public TransferSight Look()
        {
            ILookup<bool, TransferInfo> now = node.Listed.ToLookup(t => t.Status is TransferStatus.Queued or TransferStatus.Running or TransferStatus.Suspended);
            _ended = now[false].SequenceEqual(_ended) ? _ended : [.. now[false]];
            return new TransferSight([.. now[true]], _ended);
        }
    }

    private sealed class StagedJob<T> : TransferJob<T>
    {
        private readonly StagedNode _node;
        private readonly Channel<TransferInfo> _results = Channel.CreateUnbounded<TransferInfo>();

        public StagedJob(StagedNode node)
        {
            _node = node;
            foreach (TransferInfo ended in node.Ended)
            {
                _results.Writer.TryWrite(ended);
            }
        }

        public override ChannelReader<TransferInfo> Results => _results.Reader;

        public override void Add(T file, int leadingSegments = 1)
        {
        }

        private IReadOnlyList<ActiveTransfer> Active => typeof(T) == typeof(LocalFile) ? _node.Pushing ?? _node.Active : _node.Active;

        public override void Complete()
        {
            if (Active.Count == 0)
            {
                _results.Writer.TryComplete();
            }
        }

        public override TransferSample Sample() =>
            new(Active.Count, 0, Active.Sum(a => a.Length), Active.Sum(a => a.BytesDone), Active);

        public override ValueTask DisposeAsync()
        {
            _results.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
