using System.Diagnostics;
using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Answers search and browse: walks what the peer may see and streams what matches. It holds one batch, whatever the
/// size of the shares.
/// </summary>
internal sealed class ListingResponder(GrantedCatalog catalog, EventLog log)
{
    public Task SearchAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        SearchRequest request = opening.Parse(SearchRequest.Parser);
        ulong limit = request.Limit == 0 ? ulong.MaxValue : request.Limit;
        return AnswerAsync(stream, null, recurse: true, EntryQuery.From(request.Filter), limit, withFolders: false, cancellationToken);
    }

    public Task BrowseAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        BrowseRequest request = opening.Parse(BrowseRequest.Parser);
        WirePath? folder = null;
        if (request.Folder is { Segments.Count: > 0 } name && !WirePath.TryFromWire(name, out folder, out _))
        {
            stream.Fail(WireError.NotFound, null);
            return Task.CompletedTask;
        }

        return AnswerAsync(stream, folder, request.Recurse, EntryQuery.From(request.Filter), ulong.MaxValue, withFolders: true, cancellationToken);
    }

    private async Task AnswerAsync(
        PeerStream stream,
        WirePath? folder,
        bool recurse,
        EntryQuery query,
        ulong limit,
        bool withFolders,
        CancellationToken cancellationToken)
    {
        // To be told that a file has a hash is to know what it holds, so that takes the right to read as well.
        PeerRights right = query.Hash is null ? PeerRights.Browse : PeerRights.Browse | PeerRights.Read;
        using CatalogView view = catalog.For(stream.Connection.RemoteId, right);
        Entries batch = new();
        EntryBatching batching = new();
        ulong count = 0;
        long lastSent = Stopwatch.GetTimestamp();
        bool isTruncated = false;

        foreach (CatalogEntry entry in view.List(folder, recurse))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Select(view, query, entry, withFolders, cancellationToken) is { } selected)
            {
                if (count == limit)
                {
                    isTruncated = true;
                    break;
                }

                count++;
                batch.Entries_.Add(selected);
                batching.Add(selected);
            }

            if (batching.IsFull || Stopwatch.GetElapsedTime(lastSent) > (batching.IsEmpty ? Limits.KeepAliveInterval : EntryBatching.Patience))
            {
                Demand(view, batch);
                await stream.SendAsync(FrameType.Entries, batch, cancellationToken: cancellationToken);
                batch = new Entries();
                batching.Next();
                lastSent = Stopwatch.GetTimestamp();
            }
        }

        if (!batching.IsEmpty)
        {
            Demand(view, batch);
            await stream.SendAsync(FrameType.Entries, batch, cancellationToken: cancellationToken);
        }

        ListingEnd end = new() { Truncated = isTruncated, Entries = count, Skipped = (ulong)view.Skipped };
        await stream.SendAsync(FrameType.ListingEnd, end, last: true, cancellationToken);
        log.RequestServed(stream.Connection.RemoteId, "List", folder?.ToString());
    }

    // A listing can take long; what was granted when it began may not be any more (A1).
    private static void Demand(CatalogView view, Entries batch)
    {
        foreach (string share in batch.Entries_.Select(entry => entry.Name.Segments[0].ToStringUtf8()).Distinct(StringComparer.Ordinal))
        {
            if (!view.IsVisible(share))
            {
                throw new PeerShareException(PeerError.FileNotFound, Printable.Escape(share));
            }
        }
    }

    private static Entry? Select(CatalogView view, EntryQuery query, CatalogEntry entry, bool withFolders, CancellationToken cancellationToken)
    {
        if ((entry.IsFolder && !withFolders) || !query.Accepts(entry))
        {
            return null;
        }

        ContentHash? hash = entry.Hash;
        if (query.Hash is { } wanted)
        {
            // Without a stored hash only reading tells; the other filters have narrowed the candidates.
            hash ??= entry.IsFolder ? null : view.HashOf(entry.Name, cancellationToken);
            if (hash != wanted)
            {
                return null;
            }
        }

        return new Entry
        {
            Name = entry.Name.ToWire(),
            Length = entry.Length,
            ModifiedUnixNs = entry.ModifiedUnixNs,
            IsFolder = entry.IsFolder,
            Hash = hash is { } known ? ByteString.CopyFrom(known.ToArray()) : ByteString.Empty,
        };
    }
}
