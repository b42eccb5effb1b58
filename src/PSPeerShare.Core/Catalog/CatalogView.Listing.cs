using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

// Listing. Walks take long: whoever sends the entries asks for the permission again for each frame. A peer that is
// limited to places of a share sees these places, and the folders that lead to them.
internal sealed partial class CatalogView
{
    /// <summary>What lies below a name; <see langword="null"/> is the list of shares.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> for what is missing or not visible.</exception>
    public IEnumerable<CatalogEntry> List(WirePath? name, bool recurse) =>
        name is null ? ListShares(recurse) : ListBelow(name, recurse);

    /// <summary>Whether the folder is shown because it leads to a place that the peer may see.</summary>
    public bool IsOnTheWay(WirePath folder) =>
        registry.Find(folder.Share) is { } share && access.PlacesIn(share).Any(place => place.IsAtOrBelow(folder));

    private IEnumerable<CatalogEntry> ListShares(bool recurse)
    {
        foreach (ServedShare share in registry.All)
        {
            foreach (CatalogEntry entry in ListShare(share, recurse))
            {
                yield return entry;
            }
        }
    }

    private IEnumerable<CatalogEntry> ListShare(ServedShare share, bool recurse, Predicate<string>? isWanted = null)
    {
        if (!WirePath.TryCreate([share.Info.Name], out WirePath? name, out _)
            || !IsListed(share, name))
        {
            yield break;
        }

        if (FindQuietly(share, name) is not { } entry)
        {
            // The share's folder is gone or unreadable.
            SkipsOf(share.Info.Name).AddUnreadable();
            yield break;
        }

        yield return entry;
        if (recurse && entry.IsFolder)
        {
            foreach (CatalogEntry below in Quietly(name, () => ListBelow(name, recurse: true, isWanted)))
            {
                yield return below;
            }
        }
    }

    private bool IsListed(ServedShare share, WirePath name) => access.May(share, name) || access.PlacesIn(share).Count > 0;

    private IEnumerable<CatalogEntry> ListBelow(WirePath name, bool recurse, Predicate<string>? isWanted = null)
    {
        ServedShare? share = registry.Find(name.Share);
        if (share is null)
        {
            throw Missing(name);
        }

        if (access.May(share, name))
        {
            return Walk(share, Reader(share).List(name, recurse, SkipsOf(share.Info.Name), isWanted));
        }

        WirePath[] places = [.. access.PlacesIn(share).Where(place => place.IsAtOrBelow(name))];
        return places.Length == 0 ? throw Missing(name)
            : recurse ? ListPlaces(share, places, isWanted)
            : LeadTo(share, name, places);
    }

    // Keeps the share's reader while it goes on, even if the share is another by then.
    private IEnumerable<CatalogEntry> Walk(ServedShare share, IEnumerable<CatalogEntry> entries)
    {
        _walked.Add(share);
        try
        {
            foreach (CatalogEntry entry in entries)
            {
                yield return entry;
            }
        }
        finally
        {
            _walked.Remove(share);
        }
    }

    private IEnumerable<CatalogEntry> ListPlaces(ServedShare share, WirePath[] places, Predicate<string>? isWanted)
    {
        foreach (WirePath place in places.Where(place => !places.Any(other => place != other && place.IsAtOrBelow(other))))
        {
            if (FindQuietly(share, place) is not { } entry)
            {
                continue;
            }

            yield return entry;
            if (entry.IsFolder)
            {
                foreach (CatalogEntry below in Quietly(place, () => ListBelow(place, recurse: true, isWanted)))
                {
                    yield return below;
                }
            }
        }
    }

    /// <summary>The entries of the folder on the way to the places; nothing beside them.</summary>
    private IEnumerable<CatalogEntry> LeadTo(ServedShare share, WirePath folder, WirePath[] places) => places
        .Select(place => folder.Combine(place.Segments[folder.Count]))
        .Distinct()
        .Select(step => FindQuietly(share, step))
        .OfType<CatalogEntry>();

    // One share whose folder is gone or unreadable does not hide the others.
    private CatalogEntry? FindQuietly(ServedShare share, WirePath name)
    {
        try
        {
            return Reader(share).Find(name);
        }
        catch (PeerShareException)
        {
            return null;
        }
    }

    private IEnumerable<CatalogEntry> Quietly(WirePath name, Func<IEnumerable<CatalogEntry>> list)
    {
        IEnumerator<CatalogEntry>? entries = null;
        try
        {
            while (MoveNext(name, list, ref entries))
            {
                yield return entries.Current;
            }
        }
        finally
        {
            entries?.Dispose();
        }
    }

    private bool MoveNext(
        WirePath name, Func<IEnumerable<CatalogEntry>> list, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] ref IEnumerator<CatalogEntry>? entries)
    {
        try
        {
            entries ??= list().GetEnumerator();
            return entries.MoveNext();
        }
        catch (PeerShareException)
        {
            SkipsOf(name.Share).AddUnreadable(name.BelowShare.ToArray());
            return false;
        }
    }

    private static PeerShareException Missing(WirePath name) => new(PeerError.FileNotFound, name.ToPrintable());
}
