using System.Collections.Concurrent;
using System.Text;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// The stored entries of shares, as candidates for a search: it finds at least every stored name that matches. It
/// knows neither whether they are still there nor who may see them.
/// </summary>
internal sealed class EntryIndex(StoredCatalog stored)
{
    /// <summary>A share with no more entries than this is walked: that takes milliseconds and is always true.</summary>
    public const long WalkedEntries = 4096;

    private const int ShortestRun = 3;
    private const int MostTrigrams = 48;
    private const int FirstPage = 128;
    private const int LargestPage = 4096;
    private const long LikeRange = 65_536;

    private readonly ConcurrentDictionary<string, ScannedShare> _shares = new(StringComparer.Ordinal);

    /// <summary>Shares of more entries than this are answered for from what is stored.</summary>
    public long Threshold { get; init; } = WalkedEntries;

    /// <summary>The shares that are kept in step, by name.</summary>
    public ConcurrentDictionary<string, ScannedShare> Shares => _shares;

    /// <summary>Whether all entries of the share are stored, and so many that asking here is worth it.</summary>
    public bool Answers(ServedShare share) =>
        Find(share) is { IsComplete: true } scanned && scanned.Entries > Threshold && stored.Problem is null;

    /// <summary>Whether the contents of all the share's files are known.</summary>
    public bool IsHashed(ServedShare share) => Find(share) is { IsHashed: true };

    /// <summary>What is known of the share's state.</summary>
    public ScannedShare? Find(ServedShare share) =>
        _shares.GetValueOrDefault(share.Info.Name) is { } scanned && scanned.IsOf(share.Info) ? scanned : null;

    /// <summary>Counts what the last scan passed over in a folder of the share and below it; an empty path is all of it.</summary>
    public void CountSkipped(ServedShare share, string path, EntrySkips skips)
    {
        if (Find(share) is { } scanned)
        {
            SkippedRow row = stored.Ask(store => store.Search.Skipped(scanned.Row, path), default);
            bool isAny = row.Undecodable + row.Unnameable + row.Unreadable > 0;
            string? place = isAny ? stored.Ask(store => store.Search.FolderLeftOut(scanned.Row, path), null) : null;
            skips.Add(row.Links, row.Special, row.Undecodable, row.Unnameable, row.Unreadable, place is null ? null : StoredNames.FolderSegments(place));
        }
    }

    /// <summary>The share with how far it is stored and hashed, and what of it cannot be told, if it is.</summary>
    public ShareInfo Describe(ShareInfo info) =>
        _shares.GetValueOrDefault(info.Name) is { IsComplete: true } scanned && scanned.IsOf(info)
            ? info with
            {
                Entries = scanned.Entries,
                Unhashed = Math.Max(0, Interlocked.Read(ref scanned.Unhashed)),
                LeftOut = ExplainLeftOut(scanned),
            }
            : info;

    private string? ExplainLeftOut(ScannedShare scanned)
    {
        SkippedRow row = stored.Ask(store => store.Search.Skipped(scanned.Row, ""), default);
        long unnamed = row.Undecodable + row.Unnameable;
        if (row.Unreadable + unnamed == 0)
        {
            return null;
        }

        string place = stored.Ask(store => store.Search.FolderLeftOut(scanned.Row, ""), null) is { Length: > 0 } folder ? folder : "its top folder";
        string unreadable = row.Unreadable > 0 ? $"{row.Unreadable} files or folders that cannot be read" : "";
        string nameless = unnamed > 0 ? $"{unnamed} whose name cannot travel" : "";
        return $"left out: {string.Join(", ", new[] { unreadable, nameless }.Where(part => part.Length > 0))}; for example in {place}";
    }

    /// <summary>Stored names that may match.</summary>
    public IEnumerable<StoredName> Candidates(EntryQuery query)
    {
        if (MatchOf(query.Names) is not { } match)
        {
            return PassOver(query, 0);
        }

        // Some new names may not be indexed yet. The number is read first: what is indexed meanwhile is not met twice.
        long indexed = stored.Ask(store => store.Search.Indexed, 0);
        return Pages(0, (after, most) => stored.Ask(store => store.Search.WithTrigrams(match, after, indexed, most), []))
            .Concat(PassOver(query, indexed));
    }

    private IEnumerable<StoredName> PassOver(EntryQuery query, long from) => LikeOf(query.Names) is { } like
        ? LikePages(from, like)
        : Pages(from, (after, most) => stored.Ask(store => store.Search.All(after, most), []));

    /// <summary>What the trigram index is asked; <see langword="null"/> when some pattern has too little text for it.</summary>
    private static string? MatchOf(IReadOnlyList<Wildcard> names)
    {
        StringBuilder match = new();
        foreach (Wildcard name in names)
        {
            string[] trigrams = [.. name.Runs()
                .SelectMany(run => Enumerable.Range(0, Math.Max(0, run.Length - ShortestRun + 1)).Select(i => run.Substring(i, ShortestRun)))
                .Distinct(StringComparer.Ordinal)
                .Take(MostTrigrams)];
            if (trigrams.Length == 0)
            {
                return null;
            }

            match.Append(match.Length > 0 ? " OR (" : "(");
            match.AppendJoin(" AND ", trigrams.Select(t => $"\"{t.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
            match.Append(')');
        }

        return match.Length > 0 ? match.ToString() : null;
    }

    /// <summary>
    /// The longest run of a lone pattern, as LIKE takes it. LIKE folds ASCII letters only, so text with other letters
    /// that have two cases is left to the caller.
    /// </summary>
    internal static string? LikeOf(IReadOnlyList<Wildcard> names) => names is [Wildcard only]
        && only.Runs().MaxBy(run => run.Length) is { } run
        && run.All(c => char.IsAscii(c) || char.ToLowerInvariant(c) == c)
            ? $"%{run.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%"
            : null;

    private static IEnumerable<StoredName> Pages(long after, Func<long, int, List<StoredName>> read)
    {
        for (int size = FirstPage; ; size = Math.Min(4 * size, LargestPage))
        {
            List<StoredName> page = read(after, size);
            foreach (StoredName name in page)
            {
                yield return name;
            }

            if (page.Count < size)
            {
                yield break;
            }

            after = page[^1].Id;
        }
    }

    private IEnumerable<StoredName> LikePages(long after, string like)
    {
        long last = stored.Ask(store => store.Search.LastId, 0);
        long range = LikeRange / 16;
        for (; after < last; after += range, range = LikeRange)
        {
            long until = after + range;
            foreach (StoredName name in stored.Ask(store => store.Search.Like(like, after, until), []))
            {
                yield return name;
            }
        }
    }
}
