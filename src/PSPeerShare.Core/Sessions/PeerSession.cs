using System.Runtime.CompilerServices;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// The asking side of a conversation with one peer. It checks that answers are of the form, and about the names, that
/// were asked for; it does not know what they are used for.
/// </summary>
/// <remarks>Any thread; several requests may be under way at once.</remarks>
internal sealed partial class PeerSession(PeerConnection connection, string peerName, string? address = null) : IAsyncDisposable
{
    private long _lastUsed = Environment.TickCount64;
    private long _sought = long.MinValue / 2;

    public PeerConnection Connection => connection;

    /// <summary>What the user calls the peer.</summary>
    public string PeerName => peerName;

    /// <summary>Where it was dialled, as the peer book writes it; <see langword="null"/> when the peer dialled.</summary>
    public string? Address => address;

    /// <summary>How it was found; what the peer dialled is <see cref="Node.PeerPath.Incoming"/>.</summary>
    public Node.PeerPath Path { get; init; } = address is null ? Node.PeerPath.Incoming : Node.PeerPath.Known;

    /// <summary>The addresses that were tried in vain before it was open.</summary>
    public IReadOnlyList<Node.DialAttempt> Attempts { get; set; } = [];

    /// <summary>Whether it serves nobody but who asked for these very addresses.</summary>
    public bool IsApart { get; init; }

    /// <summary>It did not answer when it was asked to. What runs on it may go on.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Whether it is time to look for a better way to the peer; then it is not for a while.</summary>
    public bool TryBeginSeeking(TimeSpan interval)
    {
        long now = Environment.TickCount64;
        long last = Interlocked.Read(ref _sought);
        return now - last >= (long)interval.TotalMilliseconds && Interlocked.CompareExchange(ref _sought, now, last) == last;
    }

    /// <summary>Whether new requests may use it.</summary>
    public bool IsOpen => connection.IsUsable && !IsDoubtful;

    /// <summary>Since when nobody has asked anything.</summary>
    public TimeSpan IdleFor => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _lastUsed));

    /// <summary>Opens a stream for a request.</summary>
    public PeerStream Open(FrameType opening, Google.Protobuf.IMessage request, bool last = true, bool bulk = false)
    {
        Touch();
        return connection.OpenStream(opening, request, last, bulk);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Says that the session is in use.</summary>
    public void Touch() => Interlocked.Exchange(ref _lastUsed, Environment.TickCount64);

    /// <summary>Everything that matches, on every share that this node may see, in the batches in which it comes.</summary>
    /// <param name="request">What to look for.</param>
    /// <param name="silence">How long the peer may say nothing; it says something every second while it looks.</param>
    /// <param name="cancellationToken">Ends the search at the peer as well.</param>
    public async IAsyncEnumerable<IReadOnlyList<Listed>> SearchAsync(
        SearchRequest request, TimeSpan silence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        EntryQuery query = EntryQuery.From(request.Filter);
        await foreach (Entries batch in ReceiveBatchesAsync(FrameType.Search, request, folder: null, silence, cancellationToken))
        {
            Listed[] found = new Listed[batch.Entries_.Count];
            for (int i = 0; i < found.Length; i++)
            {
                found[i] = i == 0
                    ? Check(batch.Entries_[i], folder: null)
                    : Check(batch.Entries_[i], folder: null, batch.Entries_[i - 1].Name, found[i - 1].Name);

                // What is found may be fetched unseen, so a peer must not slip in what nobody looked for (P6).
                bool isWanted = !found[i].IsFolder
                    && query.Accepts(found[i].Name, found[i].Length, found[i].ModifiedUnixNs)
                    && (query.Hash is null || found[i].Hash == query.Hash);
                if (!isWanted)
                {
                    throw Violation("a find that does not match the search");
                }
            }

            yield return found;
        }
    }

    /// <summary>What lies below a name, or the file of that name; <see langword="null"/> is the list of shares.</summary>
    public IAsyncEnumerable<Listed> BrowseAsync(
        WirePath? folder, bool recurse, EntryFilter? filter, TimeSpan silence, CancellationToken cancellationToken)
    {
        BrowseRequest request = new() { Folder = folder?.ToWire() ?? new WireName(), Recurse = recurse, Filter = filter };
        return ListAsync(FrameType.Browse, request, folder, silence, cancellationToken);
    }

    private async IAsyncEnumerable<Listed> ListAsync(
        FrameType opening,
        Google.Protobuf.IMessage request,
        WirePath? folder,
        TimeSpan silence,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Entries batch in ReceiveBatchesAsync(opening, request, folder, silence, cancellationToken))
        {
            foreach (Entry entry in batch.Entries_)
            {
                yield return Check(entry, folder);
            }
        }
    }

    private async IAsyncEnumerable<Entries> ReceiveBatchesAsync(
        FrameType opening,
        Google.Protobuf.IMessage request,
        WirePath? folder,
        TimeSpan silence,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using PeerStream stream = Open(opening, request);
        KeepAlives keepAlives = new(connection.Clock);
        while (true)
        {
            using InboundFrame frame = await ReceiveAsync(stream, folder?.ToString(), silence, cancellationToken)
                ?? throw Violation("the listing has no end");
            if (frame.Type == FrameType.ListingEnd)
            {
                // Said after everything that is there: who asked has that, and knows that it is not all.
                if (frame.Parse(ListingEnd.Parser) is { LeftOut: > 0 } end)
                {
                    string what = LeftOutText.Explain(end);
                    throw new PeerShareException(
                        PeerError.EntriesLeftOut, folder?.ToPrintable(), folder is null ? what : $"at {peerName}: {what}");
                }

                yield break;
            }

            if (frame.Type != FrameType.Entries)
            {
                throw Violation($"{frame.Type} in a listing");
            }

            Entries batch = frame.Parse(Entries.Parser);
            if (keepAlives.Take(batch.Entries_.Count) is { } fault)
            {
                throw Violation(fault);
            }

            yield return batch;
        }
    }

    /// <summary>The next frame of a stream, with a bound on silence.</summary>
    public async ValueTask<InboundFrame?> ReceiveAsync(PeerStream stream, string? target, TimeSpan silence, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(silence, connection.Clock);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            Touch();
            return await stream.ReceiveAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PeerShareException(PeerError.ConnectTimeout, peerName, $"no answer for {silence.TotalSeconds:0.#} s");
        }
        catch (StreamFailedException e)
        {
            throw WireFaults.ToException(e.Error, target ?? peerName, e.Detail);
        }
    }

    /// <summary>The failure for a peer that does not keep to the protocol.</summary>
    public PeerShareException Violation(string what) => new(PeerError.ProtocolViolation, peerName, what);

    private Listed Check(Entry entry, WirePath? folder, WireName? wireBefore = null, WirePath? before = null)
    {
        WirePath? name = null;
        WireNameFault fault = WireNameFault.NoSegments;
        if (entry.Name is null || !WirePath.TryFromWire(entry.Name.Segments, before, Same(entry.Name, wireBefore), out name, out fault))
        {
            throw Violation(WirePath.Explain(fault));
        }

        if (folder is not null && !name.IsAtOrBelow(folder))
        {
            throw Violation("an entry outside of the folder that was asked for");
        }

        if (entry.Length < 0 || entry.Hash.Length is not (0 or ContentHash.SizeInBytes))
        {
            throw Violation("an entry with an impossible length or hash");
        }

        return new Listed(
            name, entry.IsFolder, entry.Length, entry.ModifiedUnixNs, entry.Hash.IsEmpty ? null : ContentHash.FromBytes(entry.Hash.Span));
    }

    // Of files that follow each other most are of one folder: its name need not be read for each of them.
    private static int Same(WireName name, WireName? before)
    {
        int same = 0;
        while (before is not null && same < name.Segments.Count && same < before.Segments.Count && name.Segments[same] == before.Segments[same])
        {
            same++;
        }

        return same;
    }
}
