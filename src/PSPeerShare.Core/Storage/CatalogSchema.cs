namespace PSPeerShare.Core.Storage;

/// <summary>The tables of catalog.db. All of it can be made again from the files, so a script may also start anew.</summary>
internal static class CatalogSchema
{
    /// <summary>Marks the file as a catalog (the letters PSPc), so that no other store is taken for one.</summary>
    public const int ApplicationId = 0x50535063;

    /// <summary>
    /// Times of files are nanoseconds since 1970 (UTC), others milliseconds. Device and inode are unsigned numbers
    /// with the bits of signed ones. The text of names is folded before it is cut into trigrams, by the rules that
    /// wildcards are matched with.
    /// </summary>
    private const string First = """
        PRAGMA application_id=1347637347;

        CREATE TABLE meta (
            slot INTEGER PRIMARY KEY CHECK (slot = 1),
            epoch BLOB NOT NULL,
            sequence INTEGER NOT NULL,
            gone_floor INTEGER NOT NULL
        ) STRICT;
        INSERT INTO meta VALUES (1, randomblob(16), 0, 0);

        CREATE TABLE content (
            device INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            length INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            root BLOB NOT NULL CHECK (length(root) = 32),
            hashed INTEGER NOT NULL,
            path TEXT,
            PRIMARY KEY (device, inode)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX content_root ON content (root);

        CREATE TABLE tree (
            id INTEGER PRIMARY KEY,
            root BLOB NOT NULL,
            length INTEGER NOT NULL,
            groups BLOB NOT NULL,
            UNIQUE (root, length)
        ) STRICT;

        CREATE TABLE share (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            path TEXT NOT NULL,
            exclude TEXT NOT NULL,
            scanned INTEGER,
            entries INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE folder (
            id INTEGER PRIMARY KEY,
            share INTEGER NOT NULL REFERENCES share ON DELETE CASCADE,
            path TEXT NOT NULL,
            UNIQUE (share, path)
        ) STRICT;

        CREATE TABLE entry (
            id INTEGER PRIMARY KEY,
            folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
            name TEXT NOT NULL,
            is_folder INTEGER NOT NULL,
            length INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            device INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            UNIQUE (folder, name)
        ) STRICT;
        CREATE INDEX entry_file ON entry (inode, device);
        CREATE INDEX entry_sequence ON entry (sequence);

        CREATE TABLE gone (
            sequence INTEGER PRIMARY KEY,
            share TEXT NOT NULL,
            path TEXT NOT NULL
        ) STRICT;

        CREATE VIRTUAL TABLE entry_text USING fts5 (
            name, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1'
        );

        -- A batch of names becomes one segment, and segments are merged seldom: filling it counts, many are found quickly.
        INSERT INTO entry_text (entry_text, rank) VALUES ('hashsize', 16777216);
        INSERT INTO entry_text (entry_text, rank) VALUES ('automerge', 16);
        """;

    private const string Second = """
        -- Of folders in which something was passed over, how much and why.
        CREATE TABLE skipped (
            folder INTEGER PRIMARY KEY REFERENCES folder ON DELETE CASCADE,
            links INTEGER NOT NULL,
            special INTEGER NOT NULL,
            undecodable INTEGER NOT NULL,
            unnameable INTEGER NOT NULL,
            unreadable INTEGER NOT NULL
        ) STRICT;

        ALTER TABLE meta ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
        UPDATE meta SET pruned = 1000 * CAST(strftime('%s', 'now') AS INTEGER);
        """;

    /// <summary>
    /// Entries up to this number have their trigrams: many new ones get theirs some time after they were stored. A number
    /// that becomes free goes to the next entry, so whoever deletes the last ones lowers it.
    /// </summary>
    private const string Fourth = """
        ALTER TABLE meta ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
        UPDATE meta SET indexed = (SELECT coalesce(max(id), 0) FROM entry);
        """;

    /// <summary>The script that leads from each version to the next.</summary>
    public static readonly string[] Migrations = [First, Second, PeerCatalogSchema.Script, Fourth];

    public static readonly string[] Tables = ["meta", "content", "tree", "share", "folder", "entry", "skipped", "gone", "entry_text", .. PeerCatalogSchema.Tables];

    /// <summary>Checked at each opening; damage elsewhere shows when it is read.</summary>
    public static readonly string[] Guarded = ["meta"];
}
