namespace PSPeerShare.Core.Storage;

/// <summary>
/// The tables of catalog.db for what peers announce, and what announcing to them takes. A catalog arrives beside the one
/// that it replaces, so that what is cut off costs nothing.
/// </summary>
internal static class PeerCatalogSchema
{
    /// <summary>
    /// Times are milliseconds, those of files nanoseconds since 1970 (UTC). The numbers of changes mean nothing any more
    /// once a share's rows have gone without a trace of each, so the catalog is another one from then on.
    /// </summary>
    public const string Script = """
        CREATE TABLE peer_catalog (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            node BLOB NOT NULL CHECK (length(node) = 32),
            epoch BLOB NOT NULL,
            sequence INTEGER NOT NULL,
            as_of INTEGER NOT NULL,
            state INTEGER NOT NULL,
            entries INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX peer_catalog_node ON peer_catalog (node);

        CREATE TABLE peer_folder (
            id INTEGER PRIMARY KEY,
            catalog INTEGER NOT NULL REFERENCES peer_catalog ON DELETE CASCADE,
            path TEXT NOT NULL,
            UNIQUE (catalog, path)
        ) STRICT;

        CREATE TABLE peer_file (
            id INTEGER PRIMARY KEY,
            folder INTEGER NOT NULL REFERENCES peer_folder ON DELETE CASCADE,
            name TEXT NOT NULL,
            length INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            root BLOB,
            UNIQUE (folder, name)
        ) STRICT;
        CREATE INDEX peer_file_root ON peer_file (root) WHERE root IS NOT NULL;

        CREATE TABLE announced (
            slot INTEGER PRIMARY KEY CHECK (slot = 1),
            hashed INTEGER NOT NULL
        ) STRICT;
        INSERT INTO announced VALUES (1, 0);
        CREATE INDEX content_hashed ON content (hashed);

        CREATE TRIGGER share_forgotten AFTER DELETE ON share BEGIN
            UPDATE meta SET epoch = randomblob(16);
        END;
        """;

    public static readonly string[] Tables = ["peer_catalog", "peer_folder", "peer_file", "announced"];
}
