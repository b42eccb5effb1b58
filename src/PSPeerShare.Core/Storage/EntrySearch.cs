using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// Candidates for a search, a page at a time, so that no page takes long and nothing is held between two. It finds
/// all names that match and some that do not; whoever asks compares.
/// </summary>
internal sealed class EntrySearch(StoreFile searcher)
{
    private const string Columns = "e.id, s.name, f.path, e.name, e.is_folder, e.length, e.modified";
    private const string Joins = "CROSS JOIN folder f ON f.id = e.folder CROSS JOIN share s ON s.id = f.share";

    /// <summary>How much was passed over in a folder of a share and all below it; an empty path is the share.</summary>
    public SkippedRow Skipped(long share, string path) => searcher.Query(
        """
        SELECT coalesce(sum(links), 0), coalesce(sum(special), 0), coalesce(sum(undecodable), 0),
            coalesce(sum(unnameable), 0), coalesce(sum(unreadable), 0)
        FROM skipped CROSS JOIN folder ON folder.id = skipped.folder
        WHERE share = @share AND (@path = '' OR path = @path OR (path > @path || '/' AND path < @path || '0'))
        """,
        MapSkipped,
        ("@share", share),
        ("@path", path))[0];

    /// <summary>The first folder at or below a folder of a share that could not be read or in which something was left out.</summary>
    public string? FolderLeftOut(long share, string path) => searcher.Query(
        """
        SELECT path FROM skipped CROSS JOIN folder ON folder.id = skipped.folder
        WHERE share = @share AND undecodable + unnameable + unreadable > 0
            AND (@path = '' OR path = @path OR (path > @path || '/' AND path < @path || '0'))
        ORDER BY path LIMIT 1
        """,
        row => row.GetString(0),
        ("@share", share),
        ("@path", path)).FirstOrDefault();

    internal static SkippedRow MapSkipped(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));

    /// <summary>The case that names are compared in.</summary>
    public static string Fold(string text) => text.ToUpperInvariant();

    /// <summary>The number of the last entry.</summary>
    public long LastId => searcher.Number("SELECT coalesce(max(id), 0) FROM entry");

    /// <summary>The number of the last entry whose name is indexed; names of later ones are found by passing over them.</summary>
    public long Indexed => searcher.Number("SELECT indexed FROM meta");

    /// <summary>Names with all the trigrams that <paramref name="match"/> asks for, in the order of their numbers.</summary>
    public List<StoredName> WithTrigrams(string match, long after, long last, int most) => searcher.Query(
        $"""
        SELECT {Columns} FROM (
            SELECT rowid AS id FROM entry_text WHERE entry_text MATCH @match AND rowid > @after AND rowid <= @last ORDER BY rowid LIMIT @most) t
        CROSS JOIN entry e ON e.id = t.id {Joins}
        ORDER BY e.id
        """,
        Map,
        ("@match", match),
        ("@after", after),
        ("@last", last),
        ("@most", most));

    /// <summary>Names with a short text in them, in a range of numbers.</summary>
    /// <param name="like">A LIKE pattern with the backslash as escape.</param>
    /// <param name="after">The number before the first.</param>
    /// <param name="last">The last number.</param>
    public List<StoredName> Like(string like, long after, long last) => searcher.Query(
        $"""
        SELECT {Columns} FROM entry e {Joins}
        WHERE e.id > @after AND e.id <= @last AND e.name LIKE @like ESCAPE '\' ORDER BY e.id
        """,
        Map,
        ("@like", like),
        ("@after", after),
        ("@last", last));

    /// <summary>All names, in the order of their numbers.</summary>
    public List<StoredName> All(long after, int most) => searcher.Query(
        $"SELECT {Columns} FROM entry e {Joins} WHERE e.id > @after ORDER BY e.id LIMIT @most",
        Map,
        ("@after", after),
        ("@most", most));

    internal static StoredName Map(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.GetInt64(5), row.GetInt64(6));
}
