using System.Runtime.CompilerServices;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core;

// Who is out there.
public sealed partial class PeerNode
{
    /// <summary>
    /// Everyone who can be seen now, trusted or not, each once and as soon as they answer. This home's own node is not
    /// among them. What they say of themselves is not proven.
    /// </summary>
    /// <param name="time">How long to look.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async IAsyncEnumerable<FoundPeer> FindPeersAsync(TimeSpan time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<NodeId> shown = [_services.Identity.Id];
        await foreach (SeenPeer seen in _services.WatchAsync(time, cancellationToken))
        {
            if (shown.Add(seen.NodeId))
            {
                yield return new FoundPeer(seen, _services.Peers.Find(seen.NodeId));
            }
        }
    }
}
