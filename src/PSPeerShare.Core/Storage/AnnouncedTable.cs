using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// The entries of this home's shares as they are told to subscribers: all of them, or what has changed since a number. A
/// hash that becomes known is a change like any other.
/// </summary>
internal sealed class AnnouncedTable(StoreFile reader, StoreFile writer)
{
    private const int HashesAtOnce = 4096;

    private const string Select = """
        SELECT e.sequence, e.id, s.name, f.path, e.name, e.is_folder, e.length, e.modified, c.root FROM entry e
        CROSS JOIN folder f ON f.id = e.folder CROSS JOIN share s ON s.id = f.share
        LEFT JOIN content c ON c.device = e.device AND c.inode = e.inode AND c.length = e.length
            AND c.modified = e.modified AND c.changed = e.changed
        """;

    /// <summary>Files after a row, in the order of entry.</summary>
    public List<AnnouncedRow> Files(long after, int most) => reader.Query(
        Select + " WHERE e.id > @after AND e.is_folder = 0 ORDER BY e.id LIMIT @most", Map, ("@after", after), ("@most", most));

    /// <summary>How many files a share has.</summary>
    public long CountFiles(long share) => reader.Query(
        "SELECT count(*) FROM folder f CROSS JOIN entry e ON e.folder = f.id WHERE f.share = @share AND e.is_folder = 0",
        row => row.GetInt64(0),
        ("@share", share))[0];

    /// <summary>What was put after a change, in the order of the changes.</summary>
    public List<AnnouncedRow> PutSince(long sequence, int most) => reader.Query(
        Select + " WHERE e.sequence > @sequence ORDER BY e.sequence LIMIT @most", Map, ("@sequence", sequence), ("@most", most));

    /// <summary>
    /// Gives a number to entries whose content has become known. True when there may be more.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="settle">How long after their time rows may still be written.</param>
    public bool NoteHashes(DateTimeOffset now, TimeSpan settle)
    {
        long from = reader.Number("SELECT hashed FROM announced");
        long last = (now - settle).ToUnixTimeMilliseconds();
        if (from == 0 || from >= now.ToUnixTimeMilliseconds())
        {
            // Nobody has been told any number yet, or the clock was set back: what becomes known from now on is of before then.
            Number([], last);
            return false;
        }

        List<(long Entry, long Hashed)> known = last <= from ? [] : reader.Query(
            $"""
            SELECT e.id, c.hashed FROM content c CROSS JOIN entry e ON e.inode = c.inode AND e.device = c.device
                AND e.length = c.length AND e.modified = c.modified AND e.changed = c.changed
            WHERE c.hashed > @from AND c.hashed <= @last ORDER BY c.hashed LIMIT {HashesAtOnce}
            """,
            row => (row.GetInt64(0), row.GetInt64(1)),
            ("@from", from),
            ("@last", last));
        if (known.Count == 0)
        {
            return false;
        }

        // Several have the same time: the last one's others come with the next page, except where they fill it.
        bool isFull = known.Count == HashesAtOnce;
        long end = isFull && known[0].Hashed < known[^1].Hashed ? known[^1].Hashed - 1 : known[^1].Hashed;
        Number([.. known.Where(row => row.Hashed <= end).Select(row => row.Entry)], end);
        return isFull;
    }

    private void Number(IReadOnlyList<long> entries, long hashed) => writer.Write(
        () =>
        {
            long sequence = writer.Number("SELECT sequence FROM meta");
            foreach (long entry in entries)
            {
                writer.Execute("UPDATE entry SET sequence = @sequence WHERE id = @entry", ("@sequence", ++sequence), ("@entry", entry));
            }

            writer.Execute("UPDATE meta SET sequence = @sequence", ("@sequence", sequence));
            return writer.Execute("UPDATE announced SET hashed = @hashed", ("@hashed", hashed));
        },
        isDurable: false);

    private static AnnouncedRow Map(SqliteDataReader row) => new(
        row.GetInt64(0),
        new StoredName(row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetInt64(6), row.GetInt64(7)),
        row.BytesOrNull(8));
}
