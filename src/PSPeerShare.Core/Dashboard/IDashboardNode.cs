using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// What the page may do: the operations of the cmdlets, with the same checks and the same errors. Members mean what
/// the node's members of the same name mean.
/// </summary>
internal interface IDashboardNode
{
    IdentityInfo GetIdentity();

    Task<ServerInfo?> GetServerAsync(CancellationToken cancellationToken);

    IReadOnlyList<PeerInfo> GetPeers();

    Task<AddedPeer> AddPeerAsync(AddPeerOptions options, CancellationToken cancellationToken);

    IAsyncEnumerable<FoundPeer> FindPeersAsync(TimeSpan time, CancellationToken cancellationToken);

    Task<TicketInfo> CreateCodeAsync(TicketOptions options, CancellationToken cancellationToken);

    Task<PeerInfo> SetPeerAsync(NodeId nodeId, PeerChange change, CancellationToken cancellationToken);

    Task RemovePeerAsync(NodeId nodeId, CancellationToken cancellationToken);

    Task<PeerProbe> TestPeerAsync(PeerTarget peer, TimeSpan timeout, CancellationToken cancellationToken);

    Task<TicketInfo> NewTicketAsync(TicketOptions options, CancellationToken cancellationToken);

    IReadOnlyList<TicketInfo> GetTickets();

    Task<IReadOnlyList<TicketInfo>> GetTicketsAsync(CancellationToken cancellationToken);

    IReadOnlyList<HandOverInfo> GetHandOvers();

    void WithdrawHandOver(string id);

    Task RevokeTicketAsync(string id, CancellationToken cancellationToken);

    Task<IReadOnlyList<ShareInfo>> GetSharesAsync(CancellationToken cancellationToken);

    Task<ShareInfo> AddShareAsync(ShareOptions options, CancellationToken cancellationToken);

    Task RemoveShareAsync(string name, CancellationToken cancellationToken);

    IAsyncEnumerable<SearchResult> FindFilesAsync(FindOptions options, CancellationToken cancellationToken);

    TransferJob<RemoteFile> BeginFetch(FetchOptions options);

    TransferJob<LocalFile> BeginPush(PushOptions options);

    /// <summary>The home's transfers for somebody who looks again and again, with at most so many that ended.</summary>
    ITransferListing WatchTransfers(int limit);

    Task SuspendTransferAsync(string id, CancellationToken cancellationToken);

    Task ResumeTransferAsync(string id, CancellationToken cancellationToken);

    Task StopTransferAsync(string id, CancellationToken cancellationToken);

    /// <summary>Payload bytes of this home since some moment, whether this process or the running node moved them.</summary>
    Traffic GetTraffic(ServerInfo? server);
}
