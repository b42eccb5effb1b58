using System.Threading.Channels;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The files that a push takes in, one at a time and only when it can offer them: what was taken is remembered as
/// open, what was not is still here for whoever has to fail it.
/// </summary>
internal sealed class PushSource(
    IEnumerable<PushEntry> again, ChannelReader<PushRequestItem> added, Func<PushRequestItem, PushEntry?> toEntry)
{
    private readonly Queue<PushEntry> _again = new(again);

    /// <summary>Whether <see cref="TryTake"/> has something now.</summary>
    public bool HasNext => _again.Count > 0 || added.TryPeek(out _);

    /// <summary>What was to be offered once more and was not taken.</summary>
    public IEnumerable<PushEntry> Untaken => _again;

    /// <summary>Waits for the next file; false when no more come.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => added.WaitToReadAsync(cancellationToken);

    /// <summary>Takes the next file. The entry is null when its name cannot be offered.</summary>
    public bool TryTake(out PushEntry? entry)
    {
        if (_again.TryDequeue(out entry))
        {
            return true;
        }

        bool isThere = added.TryRead(out PushRequestItem? next);
        entry = isThere ? toEntry(next!) : null;
        return isThere;
    }
}
