using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Transfer;

/// <summary>A transfer as the history keeps it, and back.</summary>
internal static class TransferRows
{
    public static TransferRow ToRow(TransferInfo info, string? recipe, string? process) => new()
    {
        Id = info.Id,
        Direction = info.Direction.ToString(),
        Peer = info.NodeId == default ? null : info.NodeId.ToArray(),
        PeerName = info.Peer,
        SharePath = info.SharePath,
        LocalPath = info.LocalPath,
        Length = info.Length,
        Bytes = info.BytesTransferred,
        Hash = info.Hash?.ToArray(),
        Status = info.Status.ToString(),
        Started = info.StartTime,
        Ended = info.StartTime + info.Duration,
        Error = info.Error?.Error.ToString(),
        Detail = info.Error?.Detail,
        Reused = info.BytesReused,
        Process = process,
        Recipe = recipe,
    };

    /// <summary>Whether its process says that it runs, or rests, and is alive.</summary>
    public static bool Runs(TransferRow row) => ProcessMark.Parse(row.Process) is { IsAlive: true };

    /// <summary>What the entry says. What ran in a process that is gone was interrupted.</summary>
    public static TransferInfo ToInfo(TransferRow row)
    {
        _ = Enum.TryParse(row.Direction, out TransferDirection direction);
        TransferStatus status = Enum.TryParse(row.Status, out TransferStatus known) ? known : TransferStatus.Failed;
        bool wasLeft = row.Process is not null && !Runs(row);
        PeerShareException? error = row.Error is null ? null
            : new PeerShareException(Enum.TryParse(row.Error, out PeerError name) ? name : PeerError.Unexpected, row.SharePath, row.Detail);
        NodeId peer = row.Peer is null ? default : NodeId.FromBytes(row.Peer);
        return new TransferInfo(
            row.Id,
            direction,
            row.SharePath.Length > 0 ? row.SharePath[(row.SharePath.LastIndexOf('/') + 1)..] : Summary(row),
            row.LocalPath,
            row.SharePath,
            row.PeerName,
            peer,
            row.Length,
            row.Bytes,
            row.Reused,
            row.Hash is null ? null : ContentHash.FromBytes(row.Hash),
            wasLeft ? TransferStatus.Interrupted : status,
            row.Started,
            (row.Ended ?? (wasLeft ? row.Started : DateTimeOffset.UtcNow)) - row.Started,
            row.Bytes > 0 && direction == TransferDirection.Receive ? [new TransferSource(row.PeerName, peer, row.Bytes)] : [],
            wasLeft ? new PeerShareException(PeerError.ConnectionLost, row.SharePath, "the process that ran it is gone") : error)
        {
            CanResume = CanResume(wasLeft ? TransferStatus.Interrupted : status, row),
        };
    }

    private static bool CanResume(TransferStatus status, TransferRow row) =>
        status == TransferStatus.Suspended
        || (status is TransferStatus.Interrupted or TransferStatus.Stopped or TransferStatus.Failed && row.Recipe is not null);

    private static string Summary(TransferRow row) => row.Detail ?? LocalPath.NameOf(row.LocalPath);
}
