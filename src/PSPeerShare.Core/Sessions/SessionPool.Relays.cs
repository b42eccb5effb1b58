using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Sessions;

// A relay is a way to begin with. What runs through it ends there; what comes later takes the direct way, if there is one.
internal sealed partial class SessionPool
{
    private static readonly TimeSpan DirectPatience = TimeSpan.FromSeconds(10);

    /// <summary>How often a direct way is looked for while a session goes through a relay.</summary>
    private static readonly TimeSpan DirectInterval = TimeSpan.FromSeconds(30);

    private void SeekDirectWay(PeerTarget target, PeerSession relayed)
    {
        if (relayed.TryBeginSeeking(DirectInterval))
        {
            _ = Task.Run(() => SeekDirectWayAsync(target));
        }
    }

    private async Task SeekDirectWayAsync(PeerTarget target)
    {
        using CancellationTokenSource patience = new(DirectPatience);
        try
        {
            PeerSession direct = await AddressRace.RunAsync(
                [.. target.Addresses.Select(address => new DialCandidate(address, PeerPath.Known))],
                stop => target.NodeId is { } wanted && _locate is not null ? WithoutRelays(_locate(wanted, stop)) : null,
                (candidate, stop) => DialAsync(target, candidate, stop),
                [],
                patience.Token);
            Keep(direct);
        }
        catch (Exception e) when (e is PeerShareException or OperationCanceledException)
        {
            // Not yet.
        }
    }

    private static async IAsyncEnumerable<DialCandidate> WithoutRelays(IAsyncEnumerable<DialCandidate> all)
    {
        await foreach (DialCandidate candidate in all)
        {
            if (candidate.Path != PeerPath.Relay)
            {
                yield return candidate;
            }
        }
    }
}
