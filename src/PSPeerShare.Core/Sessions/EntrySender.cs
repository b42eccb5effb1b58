using System.Diagnostics;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Sends a listing in batches: the first entries at once, so that the other end has something to show, later ones in
/// frames that are worth their header. Before a frame leaves, the peer's permission is asked once more (A1).
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class EntrySender(PeerStream stream, CatalogView view)
{
    // Half a control frame leaves room for one entry of the largest size, 4,096 bytes of name.
    private const int FullBytes = Limits.ControlPayloadBytes / 2;
    private const int FirstBatch = 8;
    private const int LargestBatch = 4096;

    /// <summary>How long an entry may wait for others.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly List<(WirePath Name, Entry Entry)> _batch = [];
    private int _batchSize = FirstBatch;
    private int _bytes;
    private bool _hasSent;
    private long _lastSent = Stopwatch.GetTimestamp();

    /// <summary>Who gets the listing.</summary>
    public NodeId Peer => stream.Connection.RemoteId;

    /// <summary>A name as it travels; the segments that it has in common with the last one are the same objects.</summary>
    public WireName ToWire(WirePath name) => _batch.Count > 0 ? name.ToWire(_batch[^1].Name, _batch[^1].Entry.Name) : name.ToWire();

    /// <summary>Takes an entry; it leaves with its batch.</summary>
    public void Add(WirePath name, Entry entry)
    {
        _batch.Add((name, entry));
        _bytes += entry.CalculateSize() + 4;
    }

    /// <summary>Sends what is due.</summary>
    /// <param name="isPause">Whether it may take a while until there is more: then the very first entries wait for no others.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask SendIfDueAsync(bool isPause, CancellationToken cancellationToken)
    {
        bool isFull = _batch.Count >= _batchSize || _bytes >= FullBytes || (isPause && !_hasSent && _batch.Count > 0);
        return isFull || Stopwatch.GetElapsedTime(_lastSent) > (_batch.Count == 0 ? Limits.KeepAliveInterval : Patience)
            ? SendAsync(cancellationToken)
            : ValueTask.CompletedTask;
    }

    /// <summary>Sends what there is.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>: the grant or the share has ended meanwhile.</exception>
    public async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        Entries message = new();
        string? asked = null;
        bool isWhole = false;
        foreach ((WirePath name, Entry entry) in _batch)
        {
            // A grant of the whole share answers for all its entries; one of some places does for each alone.
            if (asked != name.Share)
            {
                asked = name.Share;
                isWhole = view.IsWhole(asked);
            }

            if (!isWhole && !view.IsVisible(name) && !(entry.IsFolder && view.IsOnTheWay(name)))
            {
                throw new PeerShareException(PeerError.FileNotFound, name.ToPrintable());
            }

            message.Entries_.Add(entry);
        }

        await stream.SendAsync(FrameType.Entries, message, cancellationToken: cancellationToken);
        _hasSent |= _batch.Count > 0;
        _batch.Clear();
        _bytes = 0;
        _batchSize = Math.Min(_batchSize * 4, LargestBatch);
        _lastSent = Stopwatch.GetTimestamp();
    }

    /// <summary>Waits for something that takes its time, and lets the other side know that it is worked on.</summary>
    public async Task<T> WaitForAsync<T>(Task<T> work, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    return await work.WaitAsync(Limits.KeepAliveInterval, cancellationToken);
                }
                catch (TimeoutException) when (!work.IsFaulted)
                {
                    if (!work.IsCompleted)
                    {
                        await SendAsync(cancellationToken);
                    }
                }
            }
        }
        finally
        {
            // It heeds the same token, and works on what the caller is about to close.
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends the rest.</summary>
    public ValueTask FinishAsync(CancellationToken cancellationToken) =>
        _batch.Count > 0 ? SendAsync(cancellationToken) : ValueTask.CompletedTask;
}
