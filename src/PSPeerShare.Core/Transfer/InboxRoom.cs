using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Transfer;

/// <summary>The room that one push takes in a peer's folder of the inbox; what was taken and not filled is given back.</summary>
internal sealed class InboxRoom(InboxUsage usage, SafeRoot inbox, string folder, InboxLimits limits)
{
    /// <summary>Takes room for a file; answers why there is none.</summary>
    public string? TryTake(long length, int nameBytes = 0) => usage.TryTake(inbox, folder, length, limits, nameBytes);

    /// <summary>The file has come to its end.</summary>
    public void End(long length, bool hasArrived, int nameBytes = 0) => usage.End(length, hasArrived, nameBytes);
}
