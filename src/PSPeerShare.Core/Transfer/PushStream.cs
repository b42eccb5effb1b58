using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// One push stream, the sender's side: offers files, sends what is accepted, and ends each when the peer has
/// committed it.
/// </summary>
internal sealed partial class PushStream : IAsyncDisposable
{
    private const int OfferBytes = 16 * 1024;

    /// <summary>Offered and not ended: bounds what either side has to remember.</summary>
    private const int MaximumOpen = Limits.OpenPushItems;

    private readonly PeerSession _session;
    private readonly TransferBoard _board;
    private readonly IContentIndex _contents;
    private readonly PeerStream _stream;
    private readonly FileSender _sender;
    private readonly SemaphoreSlim _room = new(MaximumOpen, MaximumOpen);
    private readonly Channel<(uint Index, PushEntry Entry)> _accepted = Channel.CreateUnbounded<(uint, PushEntry)>();
    private readonly Channel<(uint Index, PushEntry Entry)> _toHash = Channel.CreateUnbounded<(uint, PushEntry)>();

    /// <summary>Offered and not ended; guarded by itself.</summary>
    private readonly Dictionary<uint, PushEntry> _open = [];
    private bool _isOfferingDone;
    private uint _nextIndex;

    public PushStream(
        PeerSession session, TransferBoard board, IReadOnlyList<RateLimiter> limits, IContentIndex contents, TransferCounters counters)
    {
        _contents = contents;
        _session = session;
        _board = board;
        _stream = session.Open(FrameType.Push, new PushRequest(), last: false, bulk: true);
        _sender = new FileSender(_stream, limits, counters) { Hashed = Tell };
    }

    /// <summary>Offers and sends everything; returns when each file has ended.</summary>
    /// <exception cref="PeerShareException">Why the stream ended before; what is open has to be failed.</exception>
    public async Task RunAsync(PushSource source, CancellationToken cancellationToken)
    {
        using CancellationTokenSource all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] parts = [OfferAllAsync(source, all.Token), SendAllAsync(all.Token), HashAllAsync(all.Token), HearAllAsync(all.Token)];
        try
        {
            await foreach (Task ended in Task.WhenEach(parts).WithCancellation(cancellationToken))
            {
                // The first failure ends the other parts.
                await ended;
            }
        }
        catch (StreamFailedException e)
        {
            throw ToException(e.Error, e.Detail);
        }
        finally
        {
            await all.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Files that the user has suspended.</summary>
    public ConcurrentQueue<PushEntry> Parked { get; } = [];

    /// <summary>Files that the peer wants from the beginning after all.</summary>
    public ConcurrentQueue<PushEntry> Again { get; } = [];

    /// <summary>Whether anything was sent or answered.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Takes over what has been offered and has not ended, to offer it once more.</summary>
    public IReadOnlyList<PushEntry> TakeOpen()
    {
        lock (_open)
        {
            PushEntry[] open = [.. _open.OrderBy(o => o.Key).Select(o => o.Value)];
            _open.Clear();
            return open;
        }
    }

    /// <summary>Fails what has been offered and has not ended.</summary>
    public void FailOpen(PeerShareException failure)
    {
        lock (_open)
        {
            foreach (PushEntry entry in _open.Values)
            {
                _board.Fail(entry.Record, new PeerShareException(failure.Error, failure.Target ?? entry.File.FullPath, failure.Detail, failure));
            }

            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _room.Dispose();
    }

    private async Task OfferAllAsync(PushSource source, CancellationToken cancellationToken)
    {
        PushOffer offer = new();
        int bytes = 0;
        while (source.HasNext || await source.WaitAsync(cancellationToken))
        {
            await _room.WaitAsync(cancellationToken);
            if (source.TryTake(out PushEntry? entry) && entry is not null)
            {
                PushItem item = NewItem(entry);
                offer.Items.Add(item);
                bytes += item.CalculateSize() + 4;
            }
            else
            {
                _room.Release();
            }

            // What is offered goes out before anything is waited for.
            if (offer.Items.Count > 0 && (!source.HasNext || bytes >= OfferBytes || _room.CurrentCount == 0))
            {
                await _stream.SendAsync(FrameType.PushOffer, offer, cancellationToken: cancellationToken);
                offer = new PushOffer();
                bytes = 0;
            }
        }

        lock (_open)
        {
            _isOfferingDone = true;
        }

        CompleteWhenDone();
    }

    private PushItem NewItem(PushEntry entry)
    {
        PushItem item = new() { Length = entry.File.Length };
        if (entry.File.Length >= PartialFile.FewestBytes)
        {
            item.ModifiedUnixNs = ModifiedOf(entry);
        }

        item.Segments.AddRange(entry.Name.Segments.Select(ByteString.CopyFromUtf8));
        lock (_open)
        {
            item.Index = _nextIndex++;
            _open.Add(item.Index, entry);
        }

        return item;
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        await foreach ((uint index, PushEntry entry) in _accepted.Reader.ReadAllAsync(cancellationToken))
        {
            _board.Start(entry.Record);
            try
            {
                DateTimeOffset readFrom = DateTimeOffset.UtcNow;
                using SafeFileHandle handle = entry.File.Open(out FileFacts facts);
                entry.Record.Length = facts.Length;
                if (facts.Length != entry.File.Length)
                {
                    await OfferAgainAsync(index, entry, facts, cancellationToken);
                    continue;
                }

                long startAt = entry.ResumeAt <= facts.Length && entry.ModifiedUnixNs == facts.ModifiedUnixNs ? entry.ResumeAt : 0;
                entry.Record.Reused = Math.Max(0, startAt - entry.Record.Bytes);
                ContentHash root = await _sender.SendAsync(
                    index, handle, facts, static () => { }, count => NoteSent(entry, count), cancellationToken, startAt);
                _contents.Remember(facts, readFrom, root, _sender.Tree);
            }
            catch (PeerShareException e) when (IsOfTheFile(e))
            {
                if (e.Error is not (PeerError.FileChanged or PeerError.FileNotReadable or PeerError.FileNotFound))
                {
                    // It could not even be opened. The peer has to forget it before another is offered in its place.
                    await _sender.SendErrorAsync(index, e.Error, cancellationToken);
                }

                Fail(index, e);
            }
            catch (PeerShareException e) when (e.Error == PeerError.TransferStopped && entry.Record.Wish != TransferWish.None)
            {
                await _sender.SendErrorAsync(index, e.Error, cancellationToken);
                Withdraw(index, entry, e);
            }
        }

        await _stream.FinishAsync(cancellationToken);
    }

    /// <summary>The user does not want it now: it rests until they do, or has ended.</summary>
    private void Withdraw(uint index, PushEntry entry, PeerShareException why)
    {
        if (entry.Record.Wish == TransferWish.Stop)
        {
            Fail(index, why);
        }
        else if (Close(index) is not null)
        {
            Parked.Enqueue(entry);
            CompleteWhenDone();
        }
    }

    private static long ModifiedOf(PushEntry entry)
    {
        try
        {
            using SafeFileHandle handle = entry.File.Open(out FileFacts facts);
            return entry.ModifiedUnixNs = facts.ModifiedUnixNs;
        }
        catch (PeerShareException)
        {
            // Whoever sends it says so.
            return 0;
        }
    }

    private void NoteSent(PushEntry entry, long count)
    {
        entry.Record.AddBytes(count);
        Interlocked.Add(ref _sentBytes, count);
        if (entry.Record.Wish != TransferWish.None)
        {
            throw new PeerShareException(PeerError.TransferStopped, entry.File.FullPath);
        }
    }

    // Where the peer has a file of that name and length it is told the content, so that it can say whether it is the same.
    private async Task HashAllAsync(CancellationToken cancellationToken)
    {
        await foreach ((uint index, PushEntry entry) in _toHash.Reader.ReadAllAsync(cancellationToken))
        {
            await OfferWithHashAsync(index, entry, cancellationToken);
        }
    }

    private async Task OfferWithHashAsync(uint index, PushEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            ContentHash hash = await Task.Run(() => HashOf(entry, cancellationToken), cancellationToken);
            Tell(index, hash);
            PushItem item = new() { Index = index, Length = entry.File.Length, ModifiedUnixNs = entry.ModifiedUnixNs, Hash = ByteString.CopyFrom(hash.ToArray()) };
            item.Segments.AddRange(entry.Name.Segments.Select(ByteString.CopyFromUtf8));
            await _stream.SendAsync(FrameType.PushOffer, new PushOffer { Items = { item } }, cancellationToken: cancellationToken);
        }
        catch (PeerShareException e) when (IsOfTheFile(e))
        {
            Fail(index, e);
        }
    }

    private void Tell(uint index, ContentHash hash)
    {
        lock (_open)
        {
            if (_open.TryGetValue(index, out PushEntry? entry))
            {
                entry.Told = hash;
            }
        }
    }

    private ContentHash HashOf(PushEntry entry, CancellationToken cancellationToken)
    {
        using SafeFileHandle handle = entry.File.Open(out FileFacts facts);
        return FileHashing.HashUnchanged(_contents, handle, facts, cancellationToken)
            ?? throw new PeerShareException(PeerError.FileChanged, entry.File.FullPath);
    }

    private static bool IsOfTheFile(PeerShareException e) => e.Error is
        PeerError.FileChanged or PeerError.FileNotReadable or PeerError.FileNotFound
            or PeerError.PathNotFound or PeerError.PathNotReadable or PeerError.NameRefused;

    private void End(uint index, TransferStatus status, ContentHash hash)
    {
        if (Close(index) is { } entry)
        {
            _board.End(entry.Record, status, hash);
            CompleteWhenDone();
        }
    }

    private void Fail(uint index, PeerShareException failure)
    {
        if (Close(index) is { } entry)
        {
            _board.Fail(entry.Record, new PeerShareException(failure.Error, failure.Target ?? entry.File.FullPath, failure.Detail, failure));
            CompleteWhenDone();
        }
    }

    /// <summary>The entry, when it was still open; another may be offered in its place.</summary>
    private PushEntry? Close(uint index)
    {
        lock (_open)
        {
            if (!_open.Remove(index, out PushEntry? entry))
            {
                return null;
            }

            _room.Release();
            return entry;
        }
    }

    private bool IsAllAnswered
    {
        get
        {
            lock (_open)
            {
                return _isOfferingDone && _open.Count == 0;
            }
        }
    }

    private void CompleteWhenDone()
    {
        if (IsAllAnswered)
        {
            _accepted.Writer.TryComplete();
            _toHash.Writer.TryComplete();
        }
    }
}
