using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Transfer;

/// <summary>The room that one push takes in a peer's folder of the inbox; what was taken and not filled is given back.</summary>
internal sealed class InboxRoom(InboxUsage usage, SafeRoot inbox, string folder, InboxLimits limits)
{
    /// <summary>Takes room for a file; answers why there is none.</summary>
    public string? TryTake(InboxItem item) => usage.TryTake(inbox, folder, item, limits);

    /// <summary>The file has come to its end. What is left of one that did not arrive goes on taking room.</summary>
    public void End(InboxItem item, bool hasArrived) => usage.End(inbox, item, hasArrived);
}
