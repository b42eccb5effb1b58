using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>What a new ticket shall grant, to how many and for how long.</summary>
public sealed record TicketOptions
{
    /// <summary>What its redeemer may do here.</summary>
    public PeerRights Allow { get; init; } = PeerRights.Browse | PeerRights.Read;

    /// <summary>How many nodes may use it, 1 to 65,535.</summary>
    public int Uses { get; init; } = 1;

    /// <summary>How long it is good for.</summary>
    public TimeSpan ExpiresIn { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Limits Browse and Read to one share.</summary>
    public string? Share { get; init; }

    /// <summary>Limits them to a place: below <see cref="Share"/> when that is set, else <c>share/folder</c>.</summary>
    public string? Path { get; init; }

    /// <summary>The most bytes that may be fetched with it.</summary>
    public long? Bytes { get; init; }

    /// <summary>The only node that may use it.</summary>
    public NodeId? NodeId { get; init; }

    /// <summary>Where this home's node is reached; the ticket carries at most eight.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}
