using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

// Searching: large shares by what is stored of them, the others by walking. What is stored only says where to look:
// each name is looked up in its share, by the share's own rules, before it is told.
internal sealed partial class CatalogView
{
    /// <summary>
    /// Everything that a query may mean, files whose content is looked for first. The caller compares each with the
    /// query once more.
    /// </summary>
    public IEnumerable<CatalogEntry> Search(EntryQuery query)
    {
        HashSet<WirePath> told = [];
        if (query.Hash is { } wanted)
        {
            foreach (CatalogEntry entry in Holding(wanted, null))
            {
                told.Add(entry.Name);
                yield return entry;
            }
        }

        // Files of other names need not even be looked at.
        Predicate<string>? isWanted = query.Names.Count > 0 ? query.AcceptsName : null;
        HashSet<ServedShare> asked = [];
        foreach (ServedShare share in registry.All)
        {
            if (stored?.Answers(share) == true)
            {
                // Where every content is known, what has the wanted one has been told.
                if (query.Hash is null || !stored.IsHashed(share))
                {
                    asked.Add(share);
                }

                continue;
            }

            foreach (CatalogEntry entry in ListShare(share, recurse: true, isWanted).Where(entry => !told.Contains(entry.Name)))
            {
                yield return entry;
            }
        }

        if (asked.Count > 0)
        {
            foreach (CatalogEntry entry in SearchStored(query, asked).Where(entry => !told.Contains(entry.Name)))
            {
                yield return entry;
            }
        }
    }

    private IEnumerable<CatalogEntry> SearchStored(EntryQuery query, HashSet<ServedShare> shares)
    {
        foreach (ServedShare share in shares)
        {
            CountSkipped(share);
        }

        foreach (StoredName candidate in stored!.Candidates(query))
        {
            if (!candidate.IsFolder
                && registry.Find(candidate.Share) is { } share && shares.Contains(share)
                && StoredNames.ToWirePath(candidate) is { } name
                && query.AcceptsName(name) && access.May(share, name)
                && FindQuietly(share, name) is { } entry)
            {
                yield return entry;
            }
        }
    }

    /// <summary>What the scan passed over where the peer may look, so that a search can say that there is more.</summary>
    private void CountSkipped(ServedShare share)
    {
        if (IsWhole(share.Info.Name))
        {
            stored!.CountSkipped(share, "", SkipsOf(share.Info.Name));
            return;
        }

        WirePath[] places = [.. access.PlacesIn(share).Where(place => IsVisible(place))];
        foreach (WirePath place in places.Where(place => !places.Any(other => place != other && place.IsAtOrBelow(other))))
        {
            stored!.CountSkipped(share, string.Join('/', place.BelowShare.ToArray()), SkipsOf(share.Info.Name));
        }
    }
}
