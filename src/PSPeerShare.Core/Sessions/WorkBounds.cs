using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Sessions;

/// <summary>The slow work of one node, of both kinds: a file that takes an hour to read holds up no listing.</summary>
internal sealed class WorkBounds
{
    /// <summary>Reading whole files for their hashes.</summary>
    public SlowWork Hashing { get; } = new(Limits.SlowWorkAtOnce, Limits.SlowWorkAtOncePerPeer);

    /// <summary>Walking and searching shares, a slice at a time.</summary>
    public SlowWork Walking { get; } = new(Limits.SlowWorkAtOnce, Limits.SlowWorkAtOncePerPeer);
}
