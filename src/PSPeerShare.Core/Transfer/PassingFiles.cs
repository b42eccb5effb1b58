using System.Collections.Concurrent;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The large files that peers are fetching from here or pushing to here at this moment, for whoever watches this node.
/// It samples what is counted anyway; a file costs an entry when it begins and nothing on its way.
/// </summary>
/// <remarks>Any thread. It keeps nothing of what has passed: that is in the audit.</remarks>
internal sealed class PassingFiles
{
    /// <summary>So many are told at once. With a short name each they fit into one control frame, whatever peers do.</summary>
    public const int Most = 64;

    private readonly ConcurrentDictionary<Entry, bool> _entries = [];

    /// <summary>A file begins to pass; it has passed when the result is disposed. Null for one too small to be seen.</summary>
    /// <param name="isArriving">Whether it comes here.</param>
    /// <param name="name">Its name on the wire.</param>
    /// <param name="peer">The other side.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="bytes">How many have passed; asked at any time by any thread.</param>
    public IDisposable? Enter(bool isArriving, WirePath name, NodeId peer, long length, Func<long> bytes)
    {
        if (!TransferBook.IsLarge(length))
        {
            return null;
        }

        Entry entry = new(this, new PassingFile(
            Guid.CreateVersion7().ToString("N"), isArriving, name.Name, peer, length, 0, DateTimeOffset.UtcNow), bytes);
        _entries[entry] = true;
        return entry;
    }

    /// <summary>What passes now, the oldest first.</summary>
    public IReadOnlyList<PassingFile> Now() =>
        [.. _entries.Keys.Select(e => e.Now()).OrderBy(f => f.Started).ThenBy(f => f.Id, StringComparer.Ordinal).Take(Most)];

    private sealed class Entry(PassingFiles all, PassingFile file, Func<long> bytes) : IDisposable
    {
        public PassingFile Now() => file with { Bytes = Math.Min(file.Length, bytes()) };

        public void Dispose() => all._entries.TryRemove(this, out _);
    }
}
