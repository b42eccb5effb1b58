using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Transfer;

/// <summary>Which transfers to list; what is null does not limit.</summary>
public sealed record TransferFilter
{
    /// <summary>The transfer of this id.</summary>
    public string? Id { get; init; }

    /// <summary>Those in one of these states.</summary>
    public IReadOnlyList<TransferStatus>? Statuses { get; init; }

    /// <summary>Those with this peer.</summary>
    public NodeId? Peer { get; init; }

    /// <summary>Those that began later.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>At most this many, the newest.</summary>
    public int Limit { get; init; } = 10_000;

    /// <summary>Whether a transfer is meant.</summary>
    internal bool Accepts(TransferInfo info) =>
        (Id is null || info.Id == Id) && (Statuses is null || Statuses.Contains(info.Status))
        && (Peer is not { } peer || info.NodeId == peer) && (After is not { } after || info.StartTime > after);
}
