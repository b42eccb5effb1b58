using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Catalogs are followed without the pauses that a network wants.</summary>
internal static class QuickPace
{
    public static FollowPace Value { get; } = new(
        Tick: TimeSpan.FromMilliseconds(20),
        FirstDial: TimeSpan.FromMilliseconds(20),
        Retry: TimeSpan.FromMilliseconds(300),
        LastRetry: TimeSpan.FromMilliseconds(600),
        Standing: 64);

    /// <summary>What a node finds without asking anybody, once it is this; fails when it never is.</summary>
    public static async Task<List<RemoteFile>> StoredAsync(this TestNode node, Func<List<RemoteFile>, bool> isWanted)
    {
        using CancellationTokenSource patience = new(Waiting.Patience);
        while (true)
        {
            List<RemoteFile> found = await node.FindAsync(new FindOptions { Stored = StoredAnswers.Only });
            if (isWanted(found))
            {
                return found;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>The same, by the paths that there are.</summary>
    public static Task<List<RemoteFile>> StoredAsync(this TestNode node, params string[] paths) => node.StoredAsync(found =>
        found.Select(file => file.SharePath).Order(StringComparer.Ordinal).SequenceEqual(paths.Order(StringComparer.Ordinal)));
}
