using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Tells one subscriber a catalog and its changes. Before each batch it asks whether the catalog is still the one that
/// the subscriber may see (A1); where it is not, everything is told anew.
/// </summary>
internal sealed class CatalogTelling(
    PeerStream stream, AnnouncedView view, WorkBounds bounds, SubscribeRequest request, CancellationToken cancellationToken)
{
    private const int PageItems = 1024;

    private byte[] _epoch = request.Epoch.ToByteArray();
    private long _sequence = request.AfterSequence <= long.MaxValue ? (long)request.AfterSequence : long.MaxValue;

    // The number moves with what the subscriber may not see. It is told only with what it may, so that saying that all
    // is as it was does not say how much happens elsewhere.
    private long _toldSequence = request.AfterSequence <= long.MaxValue ? (long)request.AfterSequence : long.MaxValue;
    private bool _isOther;
    private bool _isTold;

    /// <summary>Tells what there is, and what changes, until it is cancelled.</summary>
    public async Task RunAsync(CatalogFeed feed, TimeSpan interval)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            // Taken before looking: what changes meanwhile is seen the next time.
            Task changed = feed.Changed;
            await TellAsync(isFirst);
            if (isFirst && !_isTold)
            {
                await SendAsync(new CatalogBatch(), _toldSequence);
            }

            while (await Task.WhenAny(changed, Task.Delay(interval, cancellationToken)) != changed)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await SendAsync(new CatalogBatch(), _toldSequence);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task TellAsync(bool isFirst)
    {
        _isTold = false;
        bool isAll = isFirst;
        do
        {
            byte[] epoch = view.Epoch();
            _isOther = !epoch.AsSpan().SequenceEqual(_epoch);
            while (_isOther || !await ChangesAsync())
            {
                _epoch = view.Epoch();
                _isOther = false;
                isAll = true;
                await WholeAsync();
            }

            List<AnnouncedItem> singles = view.ChangedSingles(isAll);
            if (singles.Count > 0)
            {
                await SendAllAsync(singles, _toldSequence, _toldSequence);
            }
        }
        while (_isOther);
    }

    /// <summary>What has changed since the last number; false when that is not known, or the catalog is another one.</summary>
    private async Task<bool> ChangesAsync()
    {
        if (!view.IsAnythingSeen)
        {
            // Nothing is missed, and whether a number is one already is not for the subscriber to know.
            return true;
        }

        for (bool isOver = false; !isOver && !_isOther;)
        {
            long sequence = _sequence;
            List<AnnouncedItem>? changes = await bounds.Walking.RunAsync(
                stream.Connection.RemoteId, () => view.Since(ref sequence, PageItems, out isOver), cancellationToken);
            if (changes is null)
            {
                return false;
            }

            _sequence = sequence;
            if (changes.Count > 0)
            {
                await SendAllAsync(changes, _toldSequence, sequence);
            }
        }

        return !_isOther;
    }

    private async Task WholeAsync()
    {
        _sequence = view.IsAnythingSeen ? view.Sequence : 0;
        CatalogBatch part = new() { Snapshot = true, Begins = true, Entries = (ulong)view.Entries };
        long after = 0;
        for (bool isOver = false; !isOver && !_isOther;)
        {
            Queue<AnnouncedItem> items = new(await bounds.Walking.RunAsync(
                stream.Connection.RemoteId, () => view.Files(ref after, PageItems, out isOver), cancellationToken));
            if (items.Count == 0 && !part.Begins && !isOver)
            {
                continue;
            }

            do
            {
                part.Items.AddRange(CatalogBatches.Pack(items));
                part.Complete = isOver && items.Count == 0;
                await SendAsync(part, _sequence);
                part = new CatalogBatch { Snapshot = true };
            }
            while (items.Count > 0 && !_isOther);
        }
    }

    /// <summary>Changes in as many batches as they need; only with the last of them everything up to the number is told.</summary>
    private async Task SendAllAsync(List<AnnouncedItem> changes, long before, long until)
    {
        Queue<AnnouncedItem> items = new(changes);
        do
        {
            CatalogBatch batch = new();
            batch.Items.AddRange(CatalogBatches.Pack(items));
            await SendAsync(batch, items.Count > 0 ? before : until);
        }
        while (items.Count > 0 && !_isOther);
    }

    private async ValueTask SendAsync(CatalogBatch batch, long sequence)
    {
        // To say that a catalog is whole is to say something of it as well: the rest may have been left out for a right that ended.
        _isOther = (batch.Items.Count > 0 || batch.Complete) && !view.Epoch().AsSpan().SequenceEqual(_epoch);
        if (!_isOther)
        {
            batch.Epoch = Google.Protobuf.ByteString.CopyFrom(_epoch);
            batch.Sequence = (ulong)sequence;
            await stream.SendAsync(FrameType.CatalogBatch, batch, cancellationToken: cancellationToken);
            _toldSequence = sequence;
            _isTold = true;
        }
    }
}
