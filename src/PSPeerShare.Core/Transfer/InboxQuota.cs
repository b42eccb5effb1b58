using System.Collections.Concurrent;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Transfer;

/// <summary>How much of the inbox each peer may fill. Any thread.</summary>
/// <param name="limits">The limits as they are now.</param>
internal sealed class InboxQuota(Func<InboxLimits> limits)
{
    private readonly ConcurrentDictionary<NodeId, InboxUsage> _peers = [];

    /// <summary>The room of one peer, for one push of its.</summary>
    public InboxRoom RoomOf(NodeId peer, SafeRoot inbox, string folder) =>
        new(_peers.GetOrAdd(peer, static _ => new InboxUsage()), inbox, folder, limits());
}
