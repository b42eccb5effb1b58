using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// The history of transfers. A power cut may forget the last entries: the files themselves are what counts. Thousands
/// of small files are best written as one batch.
/// </summary>
internal sealed class TransferHistory(StoreFile file)
{
    private const string Columns =
        "id, direction, peer, peer_name, share_path, local_path, length, bytes, hash, status, started, ended, error";

    public void Insert(params IReadOnlyCollection<TransferRow> rows) => Each(
        rows,
        $"""
        INSERT INTO transfer ({Columns})
        VALUES (@id, @direction, @peer, @name, @share, @local, @length, @bytes, @hash, @status, @started, @ended, @error)
        """);

    /// <summary>Sets everything of entries that exist; others are not made.</summary>
    public void Update(params IReadOnlyCollection<TransferRow> rows) => Each(
        rows,
        """
        UPDATE transfer SET direction = @direction, peer = @peer, peer_name = @name, share_path = @share,
            local_path = @local, length = @length, bytes = @bytes, hash = @hash, status = @status,
            started = @started, ended = @ended, error = @error
        WHERE id = @id
        """);

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
                    ("@error", row.Error));
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
    };
}
