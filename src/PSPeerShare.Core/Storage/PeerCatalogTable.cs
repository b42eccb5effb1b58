using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// What peers announce, as rows. A catalog that arrives is none until it is whole; then it takes the place of the one
/// before in one step.
/// </summary>
internal sealed class PeerCatalogTable(StoreFile reader, StoreFile writer, StoreFile searcher)
{
    private const int SweptAtOnce = 8192;

    private const string Insert = """
        INSERT INTO peer_file (folder, name, length, modified, root) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
        """;

    private const string Update = "UPDATE peer_file SET length = ?3, modified = ?4, root = ?5 WHERE folder = ?1 AND name = ?2";

    // What comes after '/' is '0'.
    private const string Below = "catalog = @catalog AND (path = @whole OR (path > @whole || '/' AND path < @whole || '0'))";

    /// <summary>The whole catalogs.</summary>
    public List<PeerCatalogRow> List() => reader.Query(
        "SELECT id, node, epoch, sequence, as_of, entries, bytes FROM peer_catalog WHERE state = 1 ORDER BY id", Map);

    /// <summary>The whole catalog of a peer.</summary>
    public PeerCatalogRow? Find(byte[] node) => reader.Query(
        "SELECT id, node, epoch, sequence, as_of, entries, bytes FROM peer_catalog WHERE state = 1 AND node = @node", Map, ("@node", node))
        .FirstOrDefault();

    /// <summary>How many files all catalogs have together, those that arrive included.</summary>
    public long CountAll() => reader.Number("SELECT coalesce(sum(entries), 0) FROM peer_catalog");

    /// <summary>Makes room for a catalog of a peer that is about to arrive; another one that was arriving is given up.</summary>
    public long Begin(byte[] node, byte[] epoch, DateTimeOffset now) => writer.Write(
        () =>
        {
            writer.Execute("UPDATE peer_catalog SET state = 2 WHERE node = @node AND state = 0", ("@node", node));
            return writer.Query(
                "INSERT INTO peer_catalog (node, epoch, sequence, as_of, state) VALUES (@node, @epoch, 0, @now, 0) RETURNING id",
                row => row.GetInt64(0),
                ("@node", node),
                ("@epoch", epoch),
                ("@now", now))[0];
        },
        isDurable: false);

    /// <summary>
    /// Stores changes and then how far they lead. Where much has to be deleted it is done in steps, so that nobody waits
    /// long; what is cut off between two of them is told again, since the number did not move. False when the catalog
    /// counts no more.
    /// </summary>
    public bool Apply(long catalog, IReadOnlyList<PeerCatalogChange> changes, long sequence, DateTimeOffset now)
    {
        int done = 0;
        do
        {
            if (ApplySome(catalog, changes, done, sequence, now) is not { } next)
            {
                return false;
            }

            done = next;
        }
        while (done < changes.Count);

        return true;
    }

    /// <summary>
    /// One step of <see cref="Apply"/>, which begins with a change and is one transaction. The change to go on with,
    /// perhaps the same; null when the catalog counts no more.
    /// </summary>
    public int? ApplySome(long catalog, IReadOnlyList<PeerCatalogChange> changes, int first, long sequence, DateTimeOffset now) => writer.Write(
        () =>
        {
            if (!IsAlive(catalog))
            {
                return (int?)null;
            }

            long entries = 0, bytes = 0;
            int next = writer.Bulk(Insert, insert => ApplyEach(insert, catalog, changes, first, ref entries, ref bytes));
            bool isAll = next == changes.Count;
            writer.Execute(
                """
                UPDATE peer_catalog SET sequence = coalesce(@sequence, sequence), as_of = coalesce(@now, as_of),
                    entries = entries + @entries, bytes = bytes + @bytes
                WHERE id = @id
                """,
                ("@sequence", isAll ? sequence : null),
                ("@now", isAll ? now : null),
                ("@entries", entries),
                ("@bytes", bytes),
                ("@id", catalog));
            return next;
        },
        isDurable: false);

    /// <summary>The catalog is whole, and the only one of its peer from now on. False when it counts no more.</summary>
    public bool Complete(long catalog, DateTimeOffset now) => writer.Write(
        () =>
        {
            if (!IsAlive(catalog))
            {
                return false;
            }

            writer.Execute(
                "UPDATE peer_catalog SET state = 2 WHERE id <> @id AND node = (SELECT node FROM peer_catalog WHERE id = @id)", ("@id", catalog));
            return writer.Execute("UPDATE peer_catalog SET state = 1, as_of = @now WHERE id = @id", ("@now", now), ("@id", catalog)) > 0;
        },
        isDurable: false);

    /// <summary>What has come of a catalog so far.</summary>
    public (long Entries, long Bytes) SizeOf(long catalog) => writer.Query(
        "SELECT entries, bytes FROM peer_catalog WHERE id = @id", row => (row.GetInt64(0), row.GetInt64(1)), ("@id", catalog)).FirstOrDefault();

    /// <summary>A catalog that did not arrive counts no more.</summary>
    public bool GiveUp(long catalog) =>
        writer.Write(() => writer.Execute("UPDATE peer_catalog SET state = 2 WHERE id = @id AND state = 0", ("@id", catalog)) > 0, isDurable: false);

    /// <summary>All of a peer counts no more. False when there was nothing.</summary>
    public bool Drop(byte[] node) =>
        writer.Write(() => writer.Execute("UPDATE peer_catalog SET state = 2 WHERE node = @node AND state < 2", ("@node", node)) > 0);

    /// <summary>The peers of whom there is anything.</summary>
    public List<byte[]> Nodes() => reader.Query("SELECT DISTINCT node FROM peer_catalog WHERE state < 2", row => row.Bytes(0));

    /// <summary>Deletes some rows of what counts no more; true when there may be others. Nobody waits long for it.</summary>
    public bool Sweep() => writer.Write(
        () =>
        {
            int deleted = writer.Execute(
                $"""
                DELETE FROM peer_file WHERE id IN (
                    SELECT p.id FROM peer_catalog c CROSS JOIN peer_folder f ON f.catalog = c.id CROSS JOIN peer_file p ON p.folder = f.id
                    WHERE c.state = 2 LIMIT {SweptAtOnce})
                """);
            if (deleted < SweptAtOnce)
            {
                // Folders only once they are empty, and in steps as well: there may be one for each file.
                deleted = writer.Execute(
                    $"""
                    DELETE FROM peer_folder WHERE id IN (
                        SELECT f.id FROM peer_catalog c CROSS JOIN peer_folder f ON f.catalog = c.id WHERE c.state = 2 LIMIT {SweptAtOnce})
                    """);
            }

            if (deleted < SweptAtOnce)
            {
                writer.Execute("DELETE FROM peer_catalog WHERE state = 2");
            }

            return deleted == SweptAtOnce;
        },
        isDurable: false);

    /// <summary>Files of a catalog after a place, in the order of folders and names.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="like">A LIKE pattern on the name with the backslash as escape, or null.</param>
    /// <param name="after">The folder and the name before the first.</param>
    /// <param name="most">How many.</param>
    public List<PeerFileRow> Page(long catalog, string? like, (string Folder, string Name) after, int most) => searcher.Query(
        $"""
        SELECT f.path, p.name, p.length, p.modified, p.root FROM peer_folder f CROSS JOIN peer_file p ON p.folder = f.id
        WHERE f.catalog = @catalog AND f.path >= @folder AND (f.path > @folder OR p.name > @name)
        {(like is null ? "" : "AND p.name LIKE @like ESCAPE '\\'")}
        ORDER BY f.path, p.name LIMIT @most
        """,
        MapFile,
        [("@catalog", catalog), ("@folder", after.Folder), ("@name", after.Name), ("@most", most), .. Like(like)]);

    /// <summary>Files of a catalog with a content.</summary>
    public List<PeerFileRow> Holding(long catalog, byte[] root, int most) => searcher.Query(
        """
        SELECT f.path, p.name, p.length, p.modified, p.root FROM peer_file p CROSS JOIN peer_folder f ON f.id = p.folder
        WHERE p.root = @root AND f.catalog = @catalog LIMIT @most
        """,
        MapFile,
        ("@root", root),
        ("@catalog", catalog),
        ("@most", most));

    /// <summary>The first folder of a catalog at or after a path, or <see langword="null"/>.</summary>
    public string? FolderAfter(long catalog, string path) => searcher.Query(
        "SELECT path FROM peer_folder WHERE catalog = @catalog AND path >= @path AND path > '' ORDER BY path LIMIT 1",
        row => row.GetString(0),
        ("@catalog", catalog),
        ("@path", path)).FirstOrDefault();

    /// <summary>Names of files in a folder of a catalog that begin with a text, whatever the case of its ASCII letters.</summary>
    public List<string> NamesIn(long catalog, string folder, string beginning, int most) => searcher.Query(
        """
        SELECT p.name FROM peer_folder f CROSS JOIN peer_file p ON p.folder = f.id
        WHERE f.catalog = @catalog AND f.path = @folder AND p.name LIKE @like ESCAPE '\' ORDER BY p.name LIMIT @most
        """,
        row => row.GetString(0),
        ("@catalog", catalog),
        ("@folder", folder),
        ("@like", EscapeLike(beginning) + "%"),
        ("@most", most));

    private static string EscapeLike(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>The peers in whose catalogs a content stands, as far as a bounded look shows it.</summary>
    public List<byte[]> HoldersOf(byte[] root, int most) => searcher.Query(
        """
        SELECT DISTINCT c.node FROM (SELECT folder FROM peer_file WHERE root = @root LIMIT @most) p
        CROSS JOIN peer_folder f ON f.id = p.folder CROSS JOIN peer_catalog c ON c.id = f.catalog AND c.state = 1
        """,
        row => row.Bytes(0),
        ("@root", root),
        ("@most", most));

    private static (string, object?)[] Like(string? like) => like is null ? [] : [("@like", like)];

    private static PeerCatalogRow Map(SqliteDataReader row) => new(
        row.GetInt64(0), row.Bytes(1), row.Bytes(2), row.GetInt64(3), row.Time(4), row.GetInt64(5), row.GetInt64(6));

    private static PeerFileRow MapFile(SqliteDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.BytesOrNull(4));

    private bool IsAlive(long catalog) =>
        writer.Query("SELECT state FROM peer_catalog WHERE id = @id", row => row.GetInt64(0), ("@id", catalog)) is [< 2];

    private long FolderId(long catalog, string path) => writer.Query(
        """
        INSERT INTO peer_folder (catalog, path) VALUES (@catalog, @path)
        ON CONFLICT DO UPDATE SET path = path RETURNING id
        """,
        row => row.GetInt64(0),
        ("@catalog", catalog),
        ("@path", path))[0];

    private int ApplyEach(
        BulkStatement insert, long catalog, IReadOnlyList<PeerCatalogChange> changes, int first, ref long entries, ref long bytes)
    {
        string? folder = null;
        long folderId = 0;
        int room = SweptAtOnce;
        for (int i = first; i < changes.Count; i++)
        {
            PeerFileRow file = changes[i].File;
            if (changes[i].Kind != PeerCatalogChangeKind.Put)
            {
                RemoveFile(catalog, file, ref entries, ref bytes);
                if (changes[i].Kind == PeerCatalogChangeKind.Gone && !RemoveBelow(catalog, file, ref room, ref entries, ref bytes))
                {
                    return i;
                }

                folder = null;
                continue;
            }

            if (folder != file.Folder)
            {
                folder = file.Folder;
                folderId = FolderId(catalog, folder);
            }

            if (Put(insert, folderId, file))
            {
                entries++;
                bytes += file.Cost;
            }
        }

        return changes.Count;
    }

    private bool Put(BulkStatement insert, long folder, in PeerFileRow file)
    {
        Bind(insert, folder, file);
        insert.Step();
        bool isNew = insert.Changed > 0;
        insert.Reset();
        if (!isNew)
        {
            PeerFileRow known = file;
            writer.Bulk(Update, update =>
            {
                Bind(update, folder, known);
                return update.Step();
            });
        }

        return isNew;
    }

    private static void Bind(BulkStatement statement, long folder, in PeerFileRow file)
    {
        statement.Bind(1, folder);
        statement.Bind(2, file.Name);
        statement.Bind(3, file.Length);
        statement.Bind(4, file.Modified);
        if (file.Root is { } root)
        {
            statement.Bind(5, root.AsSpan());
        }
    }

    private void RemoveFile(long catalog, in PeerFileRow file, ref long entries, ref long bytes)
    {
        int removed = writer.Execute(
            "DELETE FROM peer_file WHERE name = @name AND folder = (SELECT id FROM peer_folder WHERE catalog = @catalog AND path = @path)",
            ("@name", file.Name),
            ("@catalog", catalog),
            ("@path", file.Folder));
        if (removed > 0)
        {
            entries -= removed;
            bytes -= removed * file.Cost;

            // A folder's path is paid for by its files: without one it would cost its peer nothing, however many there are.
            writer.Execute(
                """
                DELETE FROM peer_folder WHERE catalog = @catalog AND path = @path
                    AND NOT EXISTS (SELECT 1 FROM peer_file WHERE folder = peer_folder.id)
                """,
                ("@catalog", catalog),
                ("@path", file.Folder));
        }
    }

    /// <summary>Deletes what lies below a name, as much as there is room for; false when there may be more.</summary>
    private bool RemoveBelow(long catalog, in PeerFileRow file, ref int room, ref long entries, ref long bytes)
    {
        (string, object?)[] below =
        [
            ("@catalog", catalog),
            ("@whole", file.Folder.Length == 0 ? file.Name : $"{file.Folder}/{file.Name}"),
            ("@most", room),
        ];
        List<(long Id, long Cost)> files = writer.Query(
            $"""
            SELECT p.id, {PeerFileRow.Overhead} + length(CAST(f.path AS BLOB)) + length(CAST(p.name AS BLOB))
            FROM peer_folder f CROSS JOIN peer_file p ON p.folder = f.id WHERE {Below} LIMIT @most
            """,
            row => (row.GetInt64(0), row.GetInt64(1)),
            below);
        writer.Bulk("DELETE FROM peer_file WHERE id = ?1", delete =>
        {
            foreach ((long id, _) in files)
            {
                delete.Bind(1, id);
                delete.Step();
                delete.Reset();
            }

            return true;
        });
        entries -= files.Count;
        bytes -= files.Sum(gone => gone.Cost);
        room -= files.Count;
        if (room == 0)
        {
            return false;
        }

        // Folders only once they are empty: there may be one for each file.
        below[2].Item2 = room;
        int folders = writer.Execute($"DELETE FROM peer_folder WHERE id IN (SELECT id FROM peer_folder WHERE {Below} LIMIT @most)", below);
        room -= folders;
        return room > 0;
    }
}
