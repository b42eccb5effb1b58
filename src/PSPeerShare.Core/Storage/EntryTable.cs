using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// The entries of shares, by folder. Every change gets the next sequence number, and what is gone leaves its name
/// with one, so that it can be told what has changed since a number.
/// </summary>
internal sealed class EntryTable(StoreFile reader, StoreFile writer)
{
    /// <summary>How many names that are gone are remembered at least.</summary>
    private const int GoneKept = 100_000;

    /// <summary>Which catalog this is: other numbers mean other things in another one.</summary>
    public byte[] Epoch => reader.Query("SELECT epoch FROM meta", row => row.Bytes(0))[0];

    /// <summary>The number of the last change.</summary>
    public long Sequence => reader.Number("SELECT sequence FROM meta");

    /// <summary>What is stored of a folder.</summary>
    public List<EntryRow> InFolder(long share, string path) => reader.Query(
        """
        SELECT name, is_folder, length, modified, changed, device, inode FROM entry
        WHERE folder = (SELECT id FROM folder WHERE share = @share AND path = @path)
        """,
        Map,
        ("@share", share),
        ("@path", path));

    /// <summary>What was passed over in a folder itself when it was last looked at.</summary>
    public SkippedRow SkippedIn(long share, string path) => reader.Query(
        """
        SELECT links, special, undecodable, unnameable, unreadable FROM skipped
        WHERE folder = (SELECT id FROM folder WHERE share = @share AND path = @path)
        """,
        EntrySearch.MapSkipped,
        ("@share", share),
        ("@path", path)).FirstOrDefault();

    /// <summary>How many entries a share has.</summary>
    public long CountOf(long share) => reader.Query(
        "SELECT count(*) FROM entry JOIN folder ON folder.id = entry.folder WHERE folder.share = @share",
        row => row.GetInt64(0),
        ("@share", share))[0];

    /// <summary>Stores changes in one transaction.</summary>
    public void Apply(IReadOnlyCollection<FolderChange> changes) => writer.Write(
        () =>
        {
            long before = writer.Number("SELECT sequence FROM meta");
            long sequence = before;
            foreach (FolderChange change in changes)
            {
                Apply(change, ref sequence);
            }

            writer.Execute("UPDATE meta SET sequence = @sequence", ("@sequence", sequence));
            EntryText.AddFew(writer);
            if (before / GoneKept != sequence / GoneKept)
            {
                Prune();
            }

            return true;
        },
        isDurable: false);

    /// <summary>Indexes the names of some entries that are not yet; false when there are none.</summary>
    public bool IndexNames(int most) => writer.Write(() => EntryText.Add(writer, most) > 0, isDurable: false);

    /// <summary>Entries that were put after a change, in the order of the changes.</summary>
    public List<(long Sequence, StoredName Name)> PutSince(long sequence, int most) => reader.Query(
        """
        SELECT e.id, s.name, f.path, e.name, e.is_folder, e.length, e.modified, e.sequence FROM entry e
        CROSS JOIN folder f ON f.id = e.folder CROSS JOIN share s ON s.id = f.share
        WHERE e.sequence > @sequence ORDER BY e.sequence LIMIT @most
        """,
        row => (row.GetInt64(7), EntrySearch.Map(row)),
        ("@sequence", sequence),
        ("@most", most));

    /// <summary>Names that went after a change; <see langword="null"/> when they are not remembered that far back.</summary>
    public List<(long Sequence, string Share, string Path)>? GoneSince(long sequence, int most) =>
        sequence < reader.Number("SELECT gone_floor FROM meta") ? null : reader.Query(
            "SELECT sequence, share, path FROM gone WHERE sequence > @sequence ORDER BY sequence LIMIT @most",
            row => (row.GetInt64(0), row.GetString(1), row.GetString(2)),
            ("@sequence", sequence),
            ("@most", most));

    /// <summary>Files of a share after a number whose content is not known in the state they are stored with.</summary>
    public List<StoredName> Unhashed(long share, long after, int most) => reader.Query(
        """
        SELECT e.id, s.name, f.path, e.name, 0, e.length, e.modified FROM entry e
        CROSS JOIN folder f ON f.id = e.folder
        CROSS JOIN share s ON s.id = f.share
        LEFT JOIN content c ON c.device = e.device AND c.inode = e.inode AND c.length = e.length
            AND c.modified = e.modified AND c.changed = e.changed
        WHERE e.id > @after AND f.share = @share AND e.is_folder = 0 AND c.root IS NULL
        ORDER BY e.id LIMIT @most
        """,
        EntrySearch.Map,
        ("@after", after),
        ("@share", share),
        ("@most", most));

    /// <summary>How many files of a share there are whose content is not known.</summary>
    public long CountUnhashed(long share) => reader.Query(
        """
        SELECT count(*) FROM entry e
        CROSS JOIN folder f ON f.id = e.folder
        LEFT JOIN content c ON c.device = e.device AND c.inode = e.inode AND c.length = e.length
            AND c.modified = e.modified AND c.changed = e.changed
        WHERE f.share = @share AND e.is_folder = 0 AND c.root IS NULL
        """,
        row => row.GetInt64(0),
        ("@share", share))[0];

    /// <summary>Names that had a content when they were last looked at, with the local folders of their shares.</summary>
    public List<(StoredName Name, string SharePath)> Holding(byte[] root, int most) => reader.Query(
        """
        SELECT e.id, s.name, f.path, e.name, 0, e.length, e.modified, s.path FROM content c
        CROSS JOIN entry e ON e.inode = c.inode AND e.device = c.device AND e.length = c.length
            AND e.modified = c.modified AND e.changed = c.changed
        CROSS JOIN folder f ON f.id = e.folder
        CROSS JOIN share s ON s.id = f.share
        WHERE c.root = @root LIMIT @most
        """,
        row => (EntrySearch.Map(row), row.GetString(7)),
        ("@root", root),
        ("@most", most));

    private static EntryRow Map(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetBoolean(1),
        row.GetInt64(2),
        row.GetInt64(3),
        row.GetInt64(4),
        row.GetInt64(5),
        row.GetInt64(6));

    private void Apply(FolderChange change, ref long sequence)
    {
        foreach (string name in change.Removed)
        {
            Remove(change.Share, change.Path, name, ++sequence);
        }

        if (change.Removed.Count > 0)
        {
            // Before anything is put: it may be given a number that has just become free.
            EntryText.NoteDeleted(writer);
        }

        if (change.Put.Count > 0 || change.Skipped is not null)
        {
            long folder = FolderId(change.Share, change.Path);
            sequence = Put(folder, change.Put, sequence);

            if (change.Skipped is { } skipped)
            {
                Note(folder, skipped);
            }
        }
    }

    private void Note(long folder, SkippedRow skipped)
    {
        if (skipped == default)
        {
            writer.Execute("DELETE FROM skipped WHERE folder = @folder", ("@folder", folder));
            return;
        }

        writer.Execute(
            """
            INSERT OR REPLACE INTO skipped (folder, links, special, undecodable, unnameable, unreadable)
            VALUES (@folder, @links, @special, @undecodable, @unnameable, @unreadable)
            """,
            ("@folder", folder),
            ("@links", skipped.Links),
            ("@special", skipped.Special),
            ("@undecodable", skipped.Undecodable),
            ("@unnameable", skipped.Unnameable),
            ("@unreadable", skipped.Unreadable));
    }

    private long FolderId(long share, string path)
    {
        // Put comes back with the row, new or not.
        return writer.Query(
            """
            INSERT INTO folder (share, path) VALUES (@share, @path)
            ON CONFLICT DO UPDATE SET path = path RETURNING id
            """,
            row => row.GetInt64(0),
            ("@share", share),
            ("@path", path))[0];
    }

    private long Put(long folder, IReadOnlyList<EntryRow> entries, long sequence) => writer.Bulk(
        """
        INSERT INTO entry (folder, name, is_folder, length, modified, changed, device, inode, sequence)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT DO NOTHING
        """,
        insert =>
        {
            foreach (EntryRow entry in entries)
            {
                Bind(insert, folder, entry, ++sequence);
                insert.Step();
                bool isNew = insert.Changed > 0;
                insert.Again();
                if (!isNew)
                {
                    Replace(folder, entry, sequence);
                }
            }

            return sequence;
        });

    private void Replace(long folder, EntryRow entry, long sequence) => writer.Bulk(
        """
        UPDATE entry SET is_folder = ?3, length = ?4, modified = ?5, changed = ?6, device = ?7, inode = ?8, sequence = ?9
        WHERE folder = ?1 AND name = ?2
        """,
        update =>
        {
            Bind(update, folder, entry, sequence);
            return update.Step();
        });

    private static void Bind(BulkStatement statement, long folder, EntryRow entry, long sequence)
    {
        statement.Bind(1, folder);
        statement.Bind(2, entry.Name);
        statement.Bind(3, entry.IsFolder ? 1 : 0);
        statement.Bind(4, entry.Length);
        statement.Bind(5, entry.Modified);
        statement.Bind(6, entry.Changed);
        statement.Bind(7, entry.Device);
        statement.Bind(8, entry.Inode);
        statement.Bind(9, sequence);
    }

    private void Remove(long share, string path, string name, long sequence)
    {
        string whole = path.Length == 0 ? name : $"{path}/{name}";
        writer.Execute(
            """
            INSERT INTO gone (sequence, share, path) SELECT @sequence, name, @whole FROM share WHERE id = @share
            """,
            ("@sequence", sequence),
            ("@whole", whole),
            ("@share", share));
        writer.Execute(
            """
            DELETE FROM entry_text WHERE rowid IN (
                SELECT id FROM entry WHERE name = @name AND folder = (SELECT id FROM folder WHERE share = @share AND path = @path)
                UNION ALL
                SELECT id FROM entry WHERE folder IN (
                    SELECT id FROM folder WHERE share = @share AND (path = @whole OR (path > @whole || '/' AND path < @whole || '0'))))
            """,
            ("@name", name),
            ("@share", share),
            ("@path", path),
            ("@whole", whole));
        writer.Execute(
            "DELETE FROM entry WHERE name = @name AND folder = (SELECT id FROM folder WHERE share = @share AND path = @path)",
            ("@name", name),
            ("@share", share),
            ("@path", path));

        // What comes after '/' is '0'. The entries of a folder go with it.
        writer.Execute(
            "DELETE FROM folder WHERE share = @share AND (path = @whole OR (path > @whole || '/' AND path < @whole || '0'))",
            ("@share", share),
            ("@whole", whole));
    }

    private void Prune()
    {
        if (writer.Number("SELECT count(*) FROM gone") > 2 * GoneKept)
        {
            writer.Execute(
                $"UPDATE meta SET gone_floor = (SELECT sequence FROM gone ORDER BY sequence DESC LIMIT 1 OFFSET {GoneKept})");
            writer.Execute("DELETE FROM gone WHERE sequence <= (SELECT gone_floor FROM meta)");
        }
    }
}
