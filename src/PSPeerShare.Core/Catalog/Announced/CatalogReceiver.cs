using Google.Protobuf;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>
/// Takes in one peer's batches in their order and stores them. A batch that cannot be is refused before any of it is
/// stored; a catalog counts once it is whole, and until then the one before does.
/// </summary>
/// <remarks>One caller at a time.</remarks>
internal sealed class CatalogReceiver(NodeId peer, StoredCatalog stored, TimeProvider clock, CatalogBounds bounds) : IDisposable
{
    private static readonly TimeSpan NoteInterval = TimeSpan.FromSeconds(10);

    private PeerCatalogRow? _whole = stored.Ask(store => store.Peers.Find(peer.ToArray()), null);
    private long? _arriving;
    private byte[] _epoch = [];
    private long _sequence;
    private long _entries;
    private long _bytes;
    private DateTimeOffset _stored;

    /// <summary>Whether what the peer has told is stored as a whole.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>How many files there are in what is stored.</summary>
    public long Entries => _entries;

    /// <summary>What to ask for: what is missing, or all where nothing is there.</summary>
    public SubscribeRequest Request()
    {
        (_epoch, _sequence, _entries, _bytes) = _whole is { } known ? (known.Epoch, known.Sequence, known.Entries, known.Bytes) : ([], 0, 0, 0);
        return new SubscribeRequest { Epoch = ByteString.CopyFrom(_epoch), AfterSequence = (ulong)_sequence };
    }

    /// <summary>Checks a batch and stores it.</summary>
    /// <exception cref="CatalogFaultException">It cannot be, is too much, or cannot be stored.</exception>
    public void Take(CatalogBatch batch)
    {
        List<PeerCatalogChange> changes = Read(batch);
        long sequence = batch.Sequence <= long.MaxValue ? (long)batch.Sequence : throw new CatalogFaultException("a number that is none");
        if (batch.Snapshot)
        {
            TakePart(batch, changes, sequence);
        }
        else
        {
            TakeChanges(batch, changes, sequence);
        }
    }

    /// <summary>What did not arrive as a whole is given up.</summary>
    public void Dispose()
    {
        if (_arriving is { } half)
        {
            _arriving = null;
            stored.Ask(store => store.Peers.GiveUp(half), false);
        }

        stored.Ask(SweepAll, false);
    }

    /// <summary>Deletes what counts no more.</summary>
    internal static bool SweepAll(CatalogStore store)
    {
        while (store.Peers.Sweep())
        {
            // In steps, so that others can write between two of them.
        }

        return true;
    }

    private void TakePart(CatalogBatch batch, List<PeerCatalogChange> changes, long sequence)
    {
        if (batch.Begins)
        {
            Begin(batch);
        }
        else if (_arriving is null || !batch.Epoch.Span.SequenceEqual(_epoch))
        {
            throw new CatalogFaultException("a part of a catalog that has not begun");
        }
        else if (sequence != _sequence)
        {
            throw new CatalogFaultException("parts of one catalog with different numbers");
        }

        _sequence = sequence;
        Store(_arriving!.Value, changes, sequence);
        if (batch.Complete)
        {
            long whole = _arriving.Value;
            _arriving = null;
            if (!stored.Ask(store => store.Peers.Complete(whole, clock.GetUtcNow()), false))
            {
                throw new CatalogFaultException("the catalog cannot be stored");
            }

            _whole = stored.Ask(store => store.Peers.Find(peer.ToArray()), null);
            IsWhole = true;
            stored.Ask(SweepAll, false);
        }
    }

    private void TakeChanges(CatalogBatch batch, List<PeerCatalogChange> changes, long sequence)
    {
        if (_whole is not { } whole || _arriving is not null || !batch.Epoch.Span.SequenceEqual(_epoch))
        {
            throw new CatalogFaultException("changes of another catalog");
        }

        if (sequence < _sequence)
        {
            throw new CatalogFaultException($"number {sequence} after {_sequence}");
        }

        // That it is still true is noted now and then, however often it is said.
        bool isSame = changes.Count == 0 && sequence == _sequence;
        if (!isSame || !IsWhole || clock.GetUtcNow() - _stored > NoteInterval)
        {
            _sequence = sequence;
            Store(whole.Id, changes, sequence);
            IsWhole = true;
        }
    }

    private void Begin(CatalogBatch batch)
    {
        if (batch.Epoch.Length != Limits.CatalogEpochBytes)
        {
            throw new CatalogFaultException("a catalog without a mark");
        }

        // Who says beforehand that it is too much is spared sending it.
        if (batch.Entries > (ulong)bounds.Entries)
        {
            throw new CatalogFaultException($"{batch.Entries} files; {bounds.Entries} are the most that is kept of a peer");
        }

        if (_arriving is { } half)
        {
            stored.Ask(store => store.Peers.GiveUp(half), false);
        }

        byte[] epoch = batch.Epoch.ToByteArray();
        long arriving = stored.Ask(store => store.Peers.Begin(peer.ToArray(), epoch, clock.GetUtcNow()), 0L);
        _arriving = arriving > 0 ? arriving : throw new CatalogFaultException("the catalog cannot be stored");
        (_epoch, _entries, _bytes) = (epoch, 0, 0);
    }

    private void Store(long catalog, List<PeerCatalogChange> changes, long sequence)
    {
        // Counted as if nothing were there yet, and looked up where that would be too much.
        long added = changes.Count(change => change.Kind == PeerCatalogChangeKind.Put);
        long cost = changes.Sum(change => change.Kind == PeerCatalogChangeKind.Put ? change.File.Cost : 0);
        if (_entries + added > bounds.Entries || _bytes + cost > bounds.Bytes)
        {
            (_entries, _bytes) = stored.Ask(store => store.Peers.SizeOf(catalog), (_entries, _bytes));
            Refuse(_entries + added > bounds.Entries, $"more than {bounds.Entries} files");
            Refuse(_bytes + cost > bounds.Bytes, $"more than {bounds.Bytes} bytes of names");
        }

        Refuse(added > 0 && stored.Ask(store => store.Peers.CountAll(), 0) + added > bounds.EntriesOfAll, $"more than {bounds.EntriesOfAll} files of all peers");
        if (!stored.Ask(store => store.Peers.Apply(catalog, changes, sequence, clock.GetUtcNow()), false))
        {
            throw new CatalogFaultException("the catalog cannot be stored");
        }

        _entries += added;
        _bytes += cost;
        _stored = clock.GetUtcNow();
    }

    private static void Refuse(bool isRefused, string why)
    {
        if (isRefused)
        {
            throw new CatalogFaultException(why);
        }
    }

    // Everything is read before anything is stored.
    private static List<PeerCatalogChange> Read(CatalogBatch batch)
    {
        List<PeerCatalogChange> changes = new(batch.Items.Count);
        List<ByteString> segments = [];
        long names = 0;
        WirePath? before = null;
        string folder = "";
        foreach (CatalogItem item in batch.Items)
        {
            if (item.Kept > segments.Count)
            {
                throw new CatalogFaultException("a name that begins with what is not there");
            }

            segments.RemoveRange((int)item.Kept, segments.Count - (int)item.Kept);
            segments.AddRange(item.Segments);
            names += segments.Take(WirePath.MaximumSegments + 1).Sum(segment => segment.Length);
            Refuse(names > Limits.CatalogBatchNameBytes, "names that are too long together");
            if (!WirePath.TryFromWire(segments, before, (int)item.Kept, out WirePath? name, out WireNameFault fault))
            {
                throw new CatalogFaultException(WirePath.Explain(fault));
            }

            // Most files are of the folder of the one before.
            bool isBeside = before is not null && item.Kept == before.Count - 1 && name.Count == before.Count;
            folder = isBeside ? folder : string.Join('/', name.Segments.AsSpan()[..^1]!);
            before = name;

            if (item.Length < 0 || item.Hash.Length is not (0 or ContentHash.SizeInBytes))
            {
                throw new CatalogFaultException("an entry with an impossible length or hash");
            }

            PeerFileRow file = new(
                folder, name.Name, item.Length, item.ModifiedUnixNs, item.Hash.IsEmpty ? null : item.Hash.ToByteArray());
            changes.Add(new PeerCatalogChange(
                file, item.Gone ? PeerCatalogChangeKind.Gone : item.IsFolder ? PeerCatalogChangeKind.NoFile : PeerCatalogChangeKind.Put));
        }

        return changes;
    }
}
