using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>
/// The stored entries of this node's shares as one subscriber may see them, whole or since a number. It opens no file:
/// what it tells was true when the share was last looked at.
/// </summary>
/// <remarks>The permission is asked for each page, and for each name where it is not one for the whole share. One thread.</remarks>
internal sealed class AnnouncedView(
    ShareRegistry registry, EntryIndex index, StoredCatalog stored, IContentIndex contents, IShareAccess browse, IShareAccess read)
{
    private readonly Dictionary<string, AnnouncedItem> _singles = new(StringComparer.Ordinal);

    /// <summary>
    /// Which catalog this is for the subscriber: the stored one and what of it may be seen. Where either is another,
    /// numbers mean nothing and everything is told anew.
    /// </summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PeerBusy"/>: what is stored cannot be read now.</exception>
    public byte[] Epoch()
    {
        byte[] epoch = stored.Ask<byte[]?>(store => store.Entries.Epoch, null) ?? throw Unusable();

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(epoch);
        foreach (ServedShare share in registry.All)
        {
            if (WirePath.TryCreate([share.Info.Name], out WirePath? name, out _))
            {
                Append(hash, share.Info.Name);
                Number(hash, share.IsSingleFile ? -1 : index.Find(share)?.Row ?? 0);
                Append(hash, browse, share, name);
                Append(hash, read, share, name);
            }
        }

        return hash.GetHashAndReset()[..Limits.CatalogEpochBytes];
    }

    /// <summary>Whether there is any share of which the subscriber may see something.</summary>
    public bool IsAnythingSeen => registry.All.Any(share =>
        WirePath.TryCreate([share.Info.Name], out WirePath? name, out _) && (browse.May(share, name) || browse.PlacesIn(share).Count > 0));

    /// <summary>The number of the latest change.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PeerBusy"/>: what is stored cannot be read now.</exception>
    public long Sequence => stored.Ask(store => store.Entries.Sequence, -1L) is >= 0 and var sequence ? sequence : throw Unusable();

    /// <summary>How many files there are in the shares of which all may be seen.</summary>
    public long Entries => registry.All
        .Where(share => WirePath.TryCreate([share.Info.Name], out WirePath? name, out _) && browse.May(share, name))
        .Sum(share => share.IsSingleFile ? 1 : index.Find(share) is { } known ? stored.Ask(store => store.Announced.CountFiles(known.Row), 0L) : 0L);

    /// <summary>Files after a row; empty pages may come before the end.</summary>
    public List<AnnouncedItem> Files(ref long after, int most, out bool isOver)
    {
        long from = after;
        List<AnnouncedRow> rows = stored.Ask<List<AnnouncedRow>?>(store => store.Announced.Files(from, most), null) ?? throw Unusable();
        isOver = rows.Count < most;
        after = rows.Count > 0 ? rows[^1].Name.Id : after;
        return Visible(rows.Select(row => (ToItem(row), row.Root)));
    }

    /// <summary>
    /// What has changed after a number, which moves on; <see langword="null"/> when that is not remembered so far back.
    /// </summary>
    public List<AnnouncedItem>? Since(ref long sequence, int most, out bool isOver)
    {
        // What is stored between the two questions has a higher number than this and is left for the next time.
        long from = sequence, head = Sequence;
        List<AnnouncedRow> put = stored.Ask<List<AnnouncedRow>?>(store => store.Announced.PutSince(from, most), null) ?? throw Unusable();
        List<(long Sequence, string Share, string Path)>? gone = stored.Ask(store => store.Entries.GoneSince(from, most), null);
        if (gone is null || head < from)
        {
            isOver = true;
            return null;
        }

        long until = Math.Min(
            head, Math.Min(put.Count < most ? long.MaxValue : put[^1].Sequence, gone.Count < most ? long.MaxValue : gone[^1].Sequence));
        sequence = until;
        isOver = until == head;
        return Visible(put.Where(row => row.Sequence <= until).Select(row => (row.Sequence, Item: ToItem(row), row.Root))
            .Concat(gone.Where(row => row.Sequence <= until).Select(row => (row.Sequence, Item: ToGone(row.Share, row.Path), Root: (byte[]?)null)))
            .OrderBy(change => change.Sequence)
            .Select(change => (change.Item, change.Root)));
    }

    /// <summary>Shares that are one file, as far as they differ from what was told last.</summary>
    public List<AnnouncedItem> ChangedSingles(bool all)
    {
        List<AnnouncedItem> changed = [];
        foreach (ServedShare share in registry.All.Where(share => share.IsSingleFile))
        {
            if (!WirePath.TryCreate([share.Info.Name], out WirePath? name, out _) || !browse.May(share, name))
            {
                continue;
            }

            AnnouncedItem now = LookAt(share, name);
            if (all || !_singles.TryGetValue(name.Name, out AnnouncedItem told) || told != now)
            {
                _singles[name.Name] = now;
                changed.Add(now);
            }
        }

        return changed;
    }

    /// <summary>What changes when the file of such a share does.</summary>
    public static string MarkOf(ServedShare share)
    {
        try
        {
            using ShareReader reader = new(share);
            return WirePath.TryCreate([share.Info.Name], out WirePath? name, out _) && reader.FactsOf(name) is { } facts
                ? $"{facts.Length} {facts.ModifiedUnixNs}"
                : "";
        }
        catch (PeerShareException)
        {
            return "";
        }
    }

    private List<AnnouncedItem> Visible(IEnumerable<(AnnouncedItem? Item, byte[]? Root)> items)
    {
        Dictionary<string, (ServedShare? Share, bool IsBrowsed, bool IsRead)> shares = new(StringComparer.Ordinal);
        List<AnnouncedItem> visible = [];
        foreach ((AnnouncedItem? item, byte[]? root) in items)
        {
            if (item is not { } told)
            {
                continue;
            }

            if (!shares.TryGetValue(told.Name.Share, out (ServedShare? Share, bool IsBrowsed, bool IsRead) known))
            {
                shares[told.Name.Share] = known = Judge(told.Name.Share);
            }

            // Rows of a share that is served by other rules by now are about to go.
            if (known.Share is not { } share)
            {
                continue;
            }

            if (known.IsBrowsed || browse.May(share, told.Name))
            {
                visible.Add(root is not null && (known.IsRead || read.May(share, told.Name)) ? told with { Hash = ContentHash.FromBytes(root) } : told);
            }
            else if (told.Kind == AnnouncedKind.Gone)
            {
                // What went with a folder above has no trace of its own; of such a folder only the places below may be named.
                visible.AddRange(browse.PlacesIn(share)
                    .Where(place => place.IsAtOrBelow(told.Name))
                    .Select(place => new AnnouncedItem(place, AnnouncedKind.Gone)));
            }
        }

        return visible;
    }

    private (ServedShare? Share, bool IsBrowsed, bool IsRead) Judge(string name) =>
        registry.Find(name) is { } share && index.Find(share) is not null && WirePath.TryCreate([name], out WirePath? whole, out _)
            ? (share, browse.May(share, whole), read.May(share, whole))
            : default;

    private static AnnouncedItem? ToItem(in AnnouncedRow row) => StoredNames.ToWirePath(row.Name) is not { } name ? null
        : row.Name.IsFolder ? new AnnouncedItem(name, AnnouncedKind.Folder)
        : new AnnouncedItem(name, AnnouncedKind.File, row.Name.Length, row.Name.Modified);

    private static AnnouncedItem? ToGone(string share, string path) =>
        WirePath.TryCreate([share, .. StoredNames.FolderSegments(path)], out WirePath? name, out _) ? new AnnouncedItem(name, AnnouncedKind.Gone) : null;

    private static PeerShareException Unusable() => new(PeerError.PeerBusy, detail: "the catalog is not in use now");

    private AnnouncedItem LookAt(ServedShare share, WirePath name)
    {
        try
        {
            using ShareReader reader = new(share);
            return reader.FactsOf(name) is { } facts
                ? new AnnouncedItem(
                    name, AnnouncedKind.File, facts.Length, facts.ModifiedUnixNs,
                    read.May(share, name) && contents.TryGet(facts, out ContentHash root) ? root : null)
                : new AnnouncedItem(name, AnnouncedKind.Gone);
        }
        catch (PeerShareException)
        {
            return new AnnouncedItem(name, AnnouncedKind.Gone);
        }
    }

    private static void Append(IncrementalHash hash, IShareAccess access, ServedShare share, WirePath name)
    {
        bool isWhole = access.May(share, name);
        IReadOnlyList<WirePath> places = isWhole ? [] : access.PlacesIn(share);
        Number(hash, isWhole ? -1 : places.Count);
        foreach (WirePath place in places)
        {
            Append(hash, place.ToString());
        }
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Number(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Number(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
