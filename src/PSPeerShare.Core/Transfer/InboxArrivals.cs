using System.Collections.Concurrent;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The large files that are arriving in the inbox, by name: a sender whose connection broke comes back before this side
/// has noticed, and goes on with what the old arrival still holds.
/// </summary>
internal sealed class InboxArrivals
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (Action Abandon, Task Ended)> _arriving = new(StringComparer.Ordinal);

    /// <summary>A file begins to arrive.</summary>
    public void Add(string[] target, Action abandon, Task ended) => _arriving[Key(target)] = (abandon, ended);

    /// <summary>It has ended.</summary>
    public void Remove(string[] target, Task ended)
    {
        if (_arriving.TryGetValue(Key(target), out (Action Abandon, Task Ended) there) && there.Ended == ended)
        {
            _arriving.TryRemove(KeyValuePair.Create(Key(target), there));
        }
    }

    /// <summary>Ends the arrival of that name, if there is one: the same sender offers it again.</summary>
    public async Task TakeOverAsync(string[] target)
    {
        if (_arriving.TryRemove(Key(target), out (Action Abandon, Task Ended) old))
        {
            old.Abandon();
            await old.Ended.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string Key(string[] target) => string.Join('/', target);
}
