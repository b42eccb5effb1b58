using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

// Where in the inbox a peer's files go.
internal sealed partial class NodeServices
{
    /// <summary>
    /// A peer's own folder of the inbox: named from this side's book, and by the id so that no two share one. It keeps
    /// its name when the peer gets another, so that what belongs together stays together.
    /// </summary>
    private string? InboxFolderOf(NodeId peer)
    {
        if (!Grants.MayPush(peer) || Peers.Find(peer) is not { } known)
        {
            return null;
        }

        string own = $"{known.Name}-{peer.ShortId}";
        using SafeRoot? inbox = Serving?.OpenInbox();
        return inbox is null || IsFolder(inbox, own) ? own : EarlierFolder(inbox, known) ?? own;
    }

    // Seven characters of an id can be made to match by calculating long enough: where they could mean another peer's
    // folder, no folder is taken over.
    private string? EarlierFolder(SafeRoot inbox, PeerInfo known)
    {
        string suffix = $"-{known.NodeId.ShortId}";
        if (Peers.List().Any(other => other.NodeId != known.NodeId && other.NodeId.ShortId == known.NodeId.ShortId))
        {
            return null;
        }

        string[] earlier = [.. inbox.Enumerate([], recurse: false, new EntrySkips())
            .Where(entry => entry.IsFolder && entry.Name.EndsWith(suffix, StringComparison.Ordinal))
            .Select(entry => entry.Name).Take(2)];
        return earlier is [{ } only] ? only : null;
    }

    private static bool IsFolder(SafeRoot inbox, string name) => inbox.TryStat([name], out EntryFacts there) && there.IsFolder;
}
