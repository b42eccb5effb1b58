namespace PSPeerShare.Core.Storage;

/// <summary>The tables of node.db. A script that was released is never changed; the next version gets a new one.</summary>
internal static class NodeSchema
{
    /// <summary>Times are milliseconds since 1970 (UTC).</summary>
    private const string First = """
        CREATE TABLE peer (
            node_id BLOB PRIMARY KEY CHECK (length(node_id) = 32),
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,
            allow INTEGER NOT NULL,
            rate_limit INTEGER,
            added INTEGER NOT NULL,
            last_seen INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE peer_address (
            node_id BLOB NOT NULL REFERENCES peer ON DELETE CASCADE,
            address TEXT NOT NULL,
            position INTEGER NOT NULL,
            last_success INTEGER,
            PRIMARY KEY (node_id, address)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE peer_grant (
            node_id BLOB NOT NULL REFERENCES peer ON DELETE CASCADE,
            share TEXT NOT NULL,
            path TEXT NOT NULL,
            rights INTEGER NOT NULL,
            PRIMARY KEY (node_id, share, path)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ticket (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            proof_key BLOB NOT NULL,
            share TEXT,
            path TEXT,
            allow INTEGER NOT NULL,
            uses INTEGER NOT NULL,
            bytes INTEGER,
            node_id BLOB,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            revoked INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ticket_use (
            ticket_id BLOB NOT NULL REFERENCES ticket ON DELETE CASCADE,
            node_id BLOB NOT NULL,
            first_used INTEGER NOT NULL,
            revoked INTEGER,
            PRIMARY KEY (ticket_id, node_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE share (
            name TEXT PRIMARY KEY,
            name_key TEXT NOT NULL UNIQUE,
            path TEXT NOT NULL,
            only_peers BLOB,
            exclude TEXT NOT NULL,
            added INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE running_node (
            slot INTEGER PRIMARY KEY CHECK (slot = 1),
            process_id INTEGER NOT NULL,
            process_start INTEGER NOT NULL,
            boot_id TEXT NOT NULL,
            port INTEGER NOT NULL,
            endpoint TEXT NOT NULL,
            name TEXT NOT NULL,
            started INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE transfer (
            id TEXT PRIMARY KEY,
            direction TEXT NOT NULL,
            peer BLOB,
            peer_name TEXT NOT NULL,
            share_path TEXT NOT NULL,
            local_path TEXT NOT NULL,
            length INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            hash BLOB,
            status TEXT NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER,
            error TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX transfer_by_time ON transfer (started);
        CREATE INDEX transfer_by_status ON transfer (status, started);
        CREATE INDEX transfer_by_peer ON transfer (peer, started);

        CREATE TABLE change_counter (value INTEGER NOT NULL) STRICT;
        INSERT INTO change_counter VALUES (1);

        """;

    /// <summary>What is needed to show a transfer that runs in another process, to ask something of it, and to go on with it.</summary>
    private const string Resumable = """
        ALTER TABLE transfer ADD COLUMN reused INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE transfer ADD COLUMN detail TEXT;
        ALTER TABLE transfer ADD COLUMN process TEXT;
        ALTER TABLE transfer ADD COLUMN wish TEXT;
        ALTER TABLE transfer ADD COLUMN recipe TEXT;

        """;

    /// <summary>Files that wait for their codes, in whichever process.</summary>
    private const string HandOvers = """
        CREATE TABLE hand_over (
            id TEXT PRIMARY KEY,
            process TEXT NOT NULL,
            name TEXT NOT NULL,
            files INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            port INTEGER NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            receiver TEXT,
            is_withdrawn INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        """;

    /// <summary>Script n leads from version n to version n + 1.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [First + CountChanges(), Resumable, HandOvers];

    /// <summary>What trust hangs on: checked whenever the store is opened.</summary>
    public static IReadOnlyList<string> Guarded { get; } = ["peer", "peer_grant", "ticket", "ticket_use", "share"];

    // The counter is the database's own work, so that no writer can forget it.
    private static string CountChanges()
    {
        (string Table, string Update)[] counted =
        [
            ("peer", "UPDATE OF name, allow, rate_limit"),
            ("peer_grant", "UPDATE"),
            ("ticket", "UPDATE"),
            ("ticket_use", "UPDATE"),
            ("share", "UPDATE"),
        ];
        return string.Concat(counted.SelectMany(table => new[] { "INSERT", "DELETE", table.Update }.Select((change, n) =>
            $"""
            CREATE TRIGGER {table.Table}_counts_{n} AFTER {change} ON {table.Table}
            BEGIN UPDATE change_counter SET value = value + 1; END;

            """)));
    }
}
