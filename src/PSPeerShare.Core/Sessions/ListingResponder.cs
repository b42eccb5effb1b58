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
internal sealed class ListingResponder(GrantedCatalog catalog, WorkBounds bounds, EventLog log)
{
    private const long SmallBytes = 1024 * 1024;

    /// <summary>Told a file's hash before the other side is.</summary>
    public Action<WirePath, ContentHash?>? Told { get; init; }

    public Task SearchAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        SearchRequest request = opening.Parse(SearchRequest.Parser);
        ulong limit = request.Limit == 0 ? ulong.MaxValue : request.Limit;
        EntryQuery query = EntryQuery.From(request.Filter);
        return AnswerAsync(stream, null, view => view.Search(query), query, limit, withFolders: false, cancellationToken);
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

        EntryQuery query = EntryQuery.From(request.Filter);
        return AnswerAsync(
            stream, folder, view => view.List(folder, request.Recurse), query, ulong.MaxValue, withFolders: true, cancellationToken);
    }

    private async Task AnswerAsync(
        PeerStream stream,
        WirePath? folder,
        Func<CatalogView, IEnumerable<CatalogEntry>> list,
        EntryQuery query,
        ulong limit,
        bool withFolders,
        CancellationToken cancellationToken)
    {
        // To be told that a file has a hash is to know what it holds, so that takes the right to read as well.
        PeerRights right = query.Hash is null ? PeerRights.Browse : PeerRights.Browse | PeerRights.Read;
        using CatalogView view = catalog.For(stream.Connection.RemoteId, right);
        using CatalogView readable = catalog.For(stream.Connection.RemoteId, right | PeerRights.Read);
        EntrySender sender = new(stream, view);
        ulong count = 0;
        bool isTruncated = false;
        using SlicedWalk walk = new(
            bounds.Walking, stream.Connection.RemoteId, list(view), entry => (withFolders || !entry.IsFolder) && query.Accepts(entry));
        while (!walk.IsOver && !isTruncated)
        {
            foreach (CatalogEntry entry in await sender.WaitForAsync(walk.NextAsync(cancellationToken), cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await HasContentAsync(sender, view, query, entry, cancellationToken))
                {
                    if (count == limit)
                    {
                        isTruncated = true;
                        break;
                    }

                    count++;
                    sender.Add(entry.Name, ToMessage(sender.ToWire(entry.Name), entry, query.Hash ?? KnownHash(readable, query, entry)));
                }

                await sender.SendIfDueAsync(isPause: false, cancellationToken);
            }

            await sender.SendIfDueAsync(isPause: !walk.IsOver, cancellationToken);
        }

        await sender.FinishAsync(cancellationToken);
        ListingEnd end = new() { Truncated = isTruncated, Entries = count, Skipped = (ulong)view.Skipped, LeftOut = (ulong)view.LeftOut };
        end.Places.AddRange(view.LeftOutPlaces().Take(LeftOutText.MostPlaces).Select(place => new LeftOut
        {
            Entries = (ulong)place.Entries,
            Folder = place.Folder.ToWire(),
        }));
        await stream.SendAsync(FrameType.ListingEnd, end, last: true, cancellationToken);
        log.RequestServed(stream.Connection.RemoteId, "List", folder?.ToString());
    }

    // Without a stored hash only reading tells; the other filters have narrowed the candidates.
    private async ValueTask<bool> HasContentAsync(
        EntrySender sender, CatalogView view, EntryQuery query, CatalogEntry entry, CancellationToken cancellationToken) =>
        query.Hash is not { } wanted
        || (!entry.IsFolder && wanted == (entry.Hash ?? await sender.WaitForAsync(
            bounds.Hashing.RunAsync(sender.Peer, () => view.HashOf(entry.Name, cancellationToken), cancellationToken), cancellationToken)));

    // One question to the store for each file: for many small ones it is asked only where the other side wants it.
    private static ContentHash? KnownHash(CatalogView readable, EntryQuery query, CatalogEntry entry) =>
        !entry.IsFolder && entry.Hash is null && (query.WantsHash || entry.Length >= SmallBytes) ? readable.KnownHash(entry) : null;

    private Entry ToMessage(WireName name, CatalogEntry entry, ContentHash? looked)
    {
        ContentHash? hash = entry.Hash ?? looked;
        if (hash is not null)
        {
            Told?.Invoke(entry.Name, hash);
        }

        return new Entry
        {
            Name = name,
            Length = entry.Length,
            ModifiedUnixNs = entry.ModifiedUnixNs,
            IsFolder = entry.IsFolder,
            Hash = hash is { } known ? ByteString.CopyFrom(known.ToArray()) : ByteString.Empty,
        };
    }
}
