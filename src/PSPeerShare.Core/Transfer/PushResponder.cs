using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Receives pushes into the inbox: each peer writes new files into a folder of its own, and can neither list, read,
/// replace nor delete anything there (P5).
/// </summary>
/// <param name="openInbox">Opens the inbox, or is <see langword="null"/> when there is none.</param>
/// <param name="folderOf">The peer's folder below it; <see langword="null"/> when the peer may not write.</param>
/// <param name="mayPush">Whether a peer may write now; asked at every frame (A1).</param>
/// <param name="quota">How much a peer may leave there.</param>
/// <param name="contents">What is known of files' contents.</param>
/// <param name="hashing">Reads whole files.</param>
/// <param name="counters">The node's counters.</param>
/// <param name="log">Named events.</param>
/// <param name="audit">What was received from whom.</param>
internal sealed class PushResponder(
    Func<SafeRoot?> openInbox,
    Func<NodeId, string?> folderOf,
    Func<NodeId, bool> mayPush,
    InboxQuota quota,
    IContentIndex contents,
    SlowWork hashing,
    TransferCounters counters,
    EventLog log,
    AuditLog audit)
{
    private readonly InboxArrivals _arrivals = new();

    /// <summary>Where it is seen what passes.</summary>
    public PassingFiles Passing { get; init; } = new();

    public async Task PushAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        NodeId peer = stream.Connection.RemoteId;
        string? folder = folderOf(peer);
        using SafeRoot? inbox = folder is null ? null : openInbox();
        if (folder is null || inbox is null)
        {
            log.RequestDenied(peer, "Push", null, PeerError.PushRefused);
            audit.Refuse("push", peer, stream.Connection.RemoteEndPoint, null, null, PeerError.PushRefused.ToString());
            throw new PeerShareException(PeerError.PushRefused);
        }

        using InboxReception reception = new(stream, inbox, _arrivals, folder, () => mayPush(peer), quota.RoomOf(peer, inbox, folder), contents, hashing, counters, log, audit) { Passing = Passing };
        await reception.RunAsync(cancellationToken);
    }
}
