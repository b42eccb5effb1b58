using System.Threading.Channels;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The files that a push takes in, one at a time and only when it can offer them: what was taken is remembered as
/// open, what was not is still here for whoever has to fail it.
/// </summary>
internal sealed class PushSource(
    ChannelReader<(LocalFile File, string Name)> added, Func<(LocalFile File, string Name), PushEntry?> toEntry)
{
    /// <summary>Whether <see cref="TryTake"/> has something now.</summary>
    public bool HasNext => added.TryPeek(out _);

    /// <summary>Waits for the next file; false when no more come.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => added.WaitToReadAsync(cancellationToken);

    /// <summary>Takes the next file. The entry is null when its name cannot be offered.</summary>
    public bool TryTake(out PushEntry? entry)
    {
        bool isThere = added.TryRead(out (LocalFile File, string Name) next);
        entry = isThere ? toEntry(next) : null;
        return isThere;
    }
}
