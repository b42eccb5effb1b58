using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// The history of transfers. A power cut may forget the last entries: the files themselves are what counts. Thousands
/// of small files are best written as one batch.
/// </summary>
internal sealed class TransferHistory(StoreFile file)
{
    private const string Columns =
        "id, direction, peer, peer_name, share_path, local_path, length, bytes, hash, status, started, ended, error,"
        + " detail, reused, process, wish, recipe";

    public void Insert(params IReadOnlyCollection<TransferRow> rows) => Each(
        rows,
        $"""
        INSERT INTO transfer ({Columns})
        VALUES (@id, @direction, @peer, @name, @share, @local, @length, @bytes, @hash, @status, @started, @ended, @error,
            @detail, @reused, @process, @wish, @recipe)
        """);

    /// <summary>Sets everything of entries that exist; others are not made.</summary>
    public void Update(params IReadOnlyCollection<TransferRow> rows) => Each(
        rows,
        """
        UPDATE transfer SET direction = @direction, peer = @peer, peer_name = @name, share_path = @share,
            local_path = @local, length = @length, bytes = @bytes, hash = @hash, status = @status,
            started = @started, ended = @ended, error = @error, detail = @detail, reused = @reused, process = @process,
            wish = @wish, recipe = @recipe
        WHERE id = @id
        """);

    /// <summary>Makes entries or sets everything of them but what others want of them.</summary>
    public void Put(params IReadOnlyCollection<TransferRow> rows) => Each(
        rows,
        $"""
        INSERT INTO transfer ({Columns})
        VALUES (@id, @direction, @peer, @name, @share, @local, @length, @bytes, @hash, @status, @started, @ended, @error,
            @detail, @reused, @process, @wish, @recipe)
        ON CONFLICT (id) DO UPDATE SET direction = @direction, peer = @peer, peer_name = @name, share_path = @share,
            local_path = @local, length = @length, bytes = @bytes, hash = @hash, status = @status,
            started = @started, ended = @ended, error = @error, detail = @detail, reused = @reused, process = @process,
            recipe = @recipe
        """);

    /// <summary>Asks something of a transfer that another process runs.</summary>
    public void Ask(string id, string wish) => file.Write(
        () => file.Execute("UPDATE transfer SET wish = @wish WHERE id = @id", ("@id", id), ("@wish", wish)), isDurable: false);

    /// <summary>What others want of the transfers of a process; each is handed out once.</summary>
    public IReadOnlyList<(string Id, string Wish)> TakeWishes(string process)
    {
        const string Mine = "FROM transfer WHERE wish IS NOT NULL AND process = @process";
        return file.Query($"SELECT 1 {Mine} LIMIT 1", static row => row.GetInt64(0), ("@process", process)).Count == 0 ? [] : file.Write(
            () =>
            {
                List<(string, string)> wishes = file.Query(
                    $"SELECT id, wish {Mine}", static row => (row.GetString(0), row.GetString(1)), ("@process", process));
                file.Execute("UPDATE transfer SET wish = NULL WHERE wish IS NOT NULL AND process = @process", ("@process", process));
                return wishes;
            },
            isDurable: false);
    }

    /// <summary>
    /// Forgets what is left of earlier attempts at what has been delivered since: those that were cut off go, and those
    /// that failed or were stopped stay as what they were, with nothing to begin again.
    /// </summary>
    public void Supersede(IReadOnlyCollection<TransferRow> delivered, Func<TransferRow, bool> runs) => file.Write(
        () =>
        {
            foreach (TransferRow done in delivered)
            {
                foreach (TransferRow left in LeftOf(done).Where(left => !runs(left)))
                {
                    file.Execute(
                        left.Status is "Failed" or "Stopped"
                            ? "UPDATE transfer SET recipe = NULL WHERE id = @id"
                            : "DELETE FROM transfer WHERE id = @id",
                        ("@id", left.Id));
                }
            }

            return delivered.Count;
        },
        isDurable: false);

    // By state: there are few that did not end well, and many of one peer.
    private List<TransferRow> LeftOf(TransferRow done) => file.Query(
        $"""
        SELECT {Columns} FROM transfer
        WHERE status IN ('Interrupted', 'Running', 'Suspended', 'Failed', 'Stopped') AND recipe IS NOT NULL AND id <> @id
            AND direction = @direction AND +peer = @peer AND share_path = @share AND local_path = @local
        """,
        Map,
        ("@id", done.Id),
        ("@direction", done.Direction),
        ("@peer", done.Peer),
        ("@share", done.SharePath),
        ("@local", done.LocalPath));

    public TransferRow? Find(string id) => Query(new TransferQuery { Id = id }) is [var row] ? row : null;

    /// <summary>The entries that match, the newest first.</summary>
    public IReadOnlyList<TransferRow> Query(TransferQuery query)
    {
        var conditions = new List<string>();
        var values = new List<(string, object?)> { ("@limit", query.Limit) };
        Limit("id = @id", "@id", query.Id);
        Limit("status = @status", "@status", query.Status);
        Limit("peer = @peer", "@peer", query.Peer);
        Limit("started > @after", "@after", query.After);
        string where = conditions.Count == 0 ? string.Empty : $"WHERE {string.Join(" AND ", conditions)} ";
        return file.Query(
            $"SELECT {Columns} FROM transfer {where}ORDER BY started DESC, id LIMIT @limit", Map, values.ToArray());

        void Limit(string condition, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                values.Add((name, value));
            }
        }
    }

    /// <summary>Another number whenever another connection has written to the store, in this process or in another one.</summary>
    public long OthersVersion => file.Bulk("PRAGMA data_version", static statement => statement.Step() ? statement.Number(0) : 0);

    /// <summary>The entries of those that run, or did when their process died, and of those that ended at that time or later, in no order.</summary>
    /// <remarks>One pass over all of them; by the index of their beginnings each would be looked up.</remarks>
    public IReadOnlyList<TransferRow> OpenOrEndedAfter(DateTimeOffset time) => file.Query(
        $"SELECT {Columns} FROM transfer WHERE process IS NOT NULL OR ended >= @time", Map, ("@time", time));

    /// <summary>The ids of entries that can be begun again.</summary>
    public IReadOnlyList<string> Resumable() => file.Query(
        "SELECT id FROM transfer WHERE status IN ('Interrupted', 'Running', 'Suspended', 'Failed', 'Stopped') AND recipe IS NOT NULL",
        static row => row.GetString(0));

    /// <summary>Forgets all but the newest entries; returns how many went.</summary>
    public int Prune(int keep) => file.Write(
        () => file.Execute(
            "DELETE FROM transfer WHERE id IN (SELECT id FROM transfer ORDER BY started DESC, id LIMIT -1 OFFSET @keep)",
            ("@keep", keep)),
        isDurable: false);

    private void Each(IReadOnlyCollection<TransferRow> rows, string sql) => file.Write(
        () =>
        {
            foreach (TransferRow row in rows)
            {
                file.Execute(
                    sql,
                    ("@id", row.Id),
                    ("@direction", row.Direction),
                    ("@peer", row.Peer),
                    ("@name", row.PeerName),
                    ("@share", row.SharePath),
                    ("@local", row.LocalPath),
                    ("@length", row.Length),
                    ("@bytes", row.Bytes),
                    ("@hash", row.Hash),
                    ("@status", row.Status),
                    ("@started", row.Started),
                    ("@ended", row.Ended),
                    ("@error", row.Error),
                    ("@detail", row.Detail),
                    ("@reused", row.Reused),
                    ("@process", row.Process),
                    ("@wish", row.Wish),
                    ("@recipe", row.Recipe));
            }

            return rows.Count;
        },
        isDurable: false);

    private static TransferRow Map(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Direction = row.GetString(1),
        Peer = row.BytesOrNull(2),
        PeerName = row.GetString(3),
        SharePath = row.GetString(4),
        LocalPath = row.GetString(5),
        Length = row.GetInt64(6),
        Bytes = row.GetInt64(7),
        Hash = row.BytesOrNull(8),
        Status = row.GetString(9),
        Started = row.Time(10),
        Ended = row.TimeOrNull(11),
        Error = row.TextOrNull(12),
        Detail = row.TextOrNull(13),
        Reused = row.GetInt64(14),
        Process = row.TextOrNull(15),
        Wish = row.TextOrNull(16),
        Recipe = row.TextOrNull(17),
    };
}
