using System.Diagnostics;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// A walk through shares in slices, each of which ends after a while whether it has found something or not: so walks of
/// several peers take turns, and none of them holds a thread while what it found is sent.
/// </summary>
/// <remarks>One caller at a time.</remarks>
internal sealed class SlicedWalk(SlowWork walking, NodeId peer, IEnumerable<CatalogEntry> entries, Predicate<CatalogEntry> isWanted) : IDisposable
{
    private const int FirstSlice = 8;
    private const int LargestSlice = 1024;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the first find of all waits for others.</summary>
    private static readonly TimeSpan FirstTurn = TimeSpan.FromMilliseconds(5);

    private IEnumerator<CatalogEntry>? _at;
    private int _most = FirstSlice;
    private bool _hasFound;

    /// <summary>Whether there is no more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What the next slice has found; perhaps nothing.</summary>
    public Task<List<CatalogEntry>> NextAsync(CancellationToken cancellationToken) =>
        walking.RunAsync(peer, () => Walk(cancellationToken), cancellationToken);

    public void Dispose() => _at?.Dispose();

    private List<CatalogEntry> Walk(CancellationToken cancellationToken)
    {
        List<CatalogEntry> found = [];
        _at ??= entries.GetEnumerator();
        long start = Stopwatch.GetTimestamp();
        while (found.Count < _most && Stopwatch.GetElapsedTime(start) < (_hasFound || found.Count == 0 ? Turn : FirstTurn))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_at.MoveNext())
            {
                IsOver = true;
                break;
            }

            if (isWanted(_at.Current))
            {
                found.Add(_at.Current);
            }
        }

        _hasFound |= found.Count > 0;
        _most = Math.Min(16 * _most, LargestSlice);
        return found;
    }
}
