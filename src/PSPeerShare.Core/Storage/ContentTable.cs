namespace PSPeerShare.Core.Storage;

/// <summary>Hashes by file, and the trees of contents by hash.</summary>
internal sealed class ContentTable(StoreFile reader, StoreFile writer)
{
    private const string Select = "SELECT device, inode, length, modified, changed, root, hashed, path FROM content ";

    /// <summary>What the file held when it was last hashed.</summary>
    public ContentRow? Find(long device, long inode) => reader.Bulk(
        Select + "WHERE device = ? AND inode = ?",
        statement =>
        {
            statement.Bind(1, device);
            statement.Bind(2, inode);
            return statement.Step() ? Map(statement) : null;
        });

    /// <summary>Those of some files of which it is not known what they hold in this state.</summary>
    public List<EntryRow> Unknown(IReadOnlyList<EntryRow> files) => reader.Read(() => reader.Bulk(
        "SELECT 1 FROM content WHERE device = ? AND inode = ? AND length = ? AND modified = ? AND changed = ?",
        statement =>
        {
            List<EntryRow> unknown = [];
            foreach (EntryRow file in files)
            {
                statement.Bind(1, file.Device);
                statement.Bind(2, file.Inode);
                statement.Bind(3, file.Length);
                statement.Bind(4, file.Modified);
                statement.Bind(5, file.Changed);
                if (!statement.Step())
                {
                    unknown.Add(file);
                }

                statement.Again();
            }

            return unknown;
        }));

    /// <summary>The groups' hashes of a content.</summary>
    public byte[]? FindTree(byte[] root, long length) => reader.Query(
        "SELECT groups FROM tree WHERE root = @root AND length = @length",
        row => row.Bytes(0),
        ("@root", root),
        ("@length", length)).FirstOrDefault();

    /// <summary>Local paths of files that held the content.</summary>
    public IReadOnlyList<string> PathsOf(byte[] root, long length, int most) => reader.Query(
        "SELECT path FROM content WHERE root = @root AND length = @length AND path IS NOT NULL LIMIT @most",
        row => row.GetString(0),
        ("@root", root),
        ("@length", length),
        ("@most", most));

    /// <summary>How many files' contents are known.</summary>
    public long Count => reader.Number("SELECT count(*) FROM content");

    /// <summary>Stores rows and trees in one transaction. What a power cut takes is hashed again.</summary>
    public void Store(IReadOnlyCollection<ContentRow> rows, IReadOnlyCollection<(byte[] Root, long Length, byte[] Groups)> trees) =>
        writer.Write(
            () =>
            {
                Store(rows);
                foreach ((byte[] root, long length, byte[] groups) in trees)
                {
                    writer.Execute(
                        "INSERT INTO tree (root, length, groups) VALUES (@root, @length, @groups) ON CONFLICT DO NOTHING",
                        ("@root", root),
                        ("@length", length),
                        ("@groups", groups));
                }

                return true;
            },
            isDurable: false);

    /// <summary>Takes the turn to look for what can be forgotten; false when another one has been since a time.</summary>
    /// <remarks>A clock that was set back does not put it off.</remarks>
    public bool TryBeginPruning(DateTimeOffset now, DateTimeOffset before) => writer.Write(
        () => writer.Execute("UPDATE meta SET pruned = @now WHERE pruned < @before OR pruned > @now", ("@now", now), ("@before", before)) > 0,
        isDurable: false);

    /// <summary>
    /// The next files after one, each with whether its content was learned before a time and no share has it. Pages, so
    /// that nobody waits long for the store.
    /// </summary>
    public List<(ContentRow Row, bool IsOld)> Page(long device, long inode, DateTimeOffset before, int most) => reader.Bulk(
        """
        SELECT device, inode, length, modified, changed, root, hashed, path,
            hashed < ? AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.inode = content.inode AND entry.device = content.device)
        FROM content WHERE (device, inode) > (?, ?) ORDER BY device, inode LIMIT ?
        """,
        statement =>
        {
            statement.Bind(1, before.ToUnixTimeMilliseconds());
            statement.Bind(2, device);
            statement.Bind(3, inode);
            statement.Bind(4, most);
            List<(ContentRow Row, bool IsOld)> page = [];
            while (statement.Step())
            {
                page.Add((Map(statement), statement.Number(8) != 0));
            }

            return page;
        });

    /// <summary>Forgets files, and keeps others as if they were learned now; not what was learned of them since.</summary>
    public bool Prune(IReadOnlyCollection<ContentRow> forget, IReadOnlyCollection<ContentRow> renew, DateTimeOffset now) => writer.Write(
        () =>
        {
            foreach (ContentRow row in forget)
            {
                writer.Execute(
                    "DELETE FROM content WHERE device = @device AND inode = @inode AND hashed = @hashed",
                    ("@device", row.Device),
                    ("@inode", row.Inode),
                    ("@hashed", row.Hashed));
            }

            foreach (ContentRow row in renew)
            {
                writer.Execute(
                    "UPDATE content SET hashed = @now WHERE device = @device AND inode = @inode AND hashed = @hashed",
                    ("@now", now),
                    ("@device", row.Device),
                    ("@inode", row.Inode),
                    ("@hashed", row.Hashed));
            }

            return true;
        },
        isDurable: false);

    /// <summary>Forgets trees of contents that no file has any more.</summary>
    public bool PruneTrees() => writer.Write(
        () => writer.Execute("DELETE FROM tree WHERE NOT EXISTS (SELECT 1 FROM content WHERE content.root = tree.root)") >= 0,
        isDurable: false);

    // A path outlives a later hashing of the same file that does not know it.
    private void Store(IReadOnlyCollection<ContentRow> rows) => writer.Bulk(
        """
        INSERT INTO content (device, inode, length, modified, changed, root, hashed, path)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET length = excluded.length, modified = excluded.modified, changed = excluded.changed,
            root = excluded.root, hashed = excluded.hashed, path = coalesce(excluded.path, path)
        """,
        statement =>
        {
            foreach (ContentRow row in rows)
            {
                statement.Bind(1, row.Device);
                statement.Bind(2, row.Inode);
                statement.Bind(3, row.Length);
                statement.Bind(4, row.Modified);
                statement.Bind(5, row.Changed);
                statement.Bind(6, row.Root);
                statement.Bind(7, row.Hashed.ToUnixTimeMilliseconds());
                statement.Bind(8, row.Path);
                statement.Step();
                statement.Again();
            }

            return rows.Count;
        });

    private static ContentRow Map(BulkStatement row) => new(
        row.Number(0),
        row.Number(1),
        row.Number(2),
        row.Number(3),
        row.Number(4),
        row.Bytes(5),
        DateTimeOffset.FromUnixTimeMilliseconds(row.Number(6)),
        row.Text(7));
}
