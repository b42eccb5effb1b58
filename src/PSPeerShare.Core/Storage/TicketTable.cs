using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>Tickets that this home has issued, and the nodes that use them.</summary>
internal sealed class TicketTable(StoreFile file)
{
    private const string Select =
        """
        SELECT id, proof_key, share, path, allow, uses, bytes, node_id, created, expires, revoked,
               (SELECT count(*) FROM ticket_use WHERE ticket_id = id)
        FROM ticket
        """;

    /// <summary>All tickets, the newest first.</summary>
    public IReadOnlyList<TicketRow> List() => file.Query(Select + " ORDER BY created DESC, id", Map);

    public TicketRow? Find(byte[] id) => file.Query(Select + " WHERE id = @id", Map, ("@id", id)).FirstOrDefault();

    public void Insert(TicketRow row) => file.Write(() => file.Execute(
        """
        INSERT INTO ticket (id, proof_key, share, path, allow, uses, bytes, node_id, created, expires)
        VALUES (@id, @key, @share, @path, @allow, @uses, @bytes, @node, @created, @expires)
        """,
        ("@id", row.Id),
        ("@key", row.ProofKey),
        ("@share", row.Share),
        ("@path", row.Path),
        ("@allow", row.Allow),
        ("@uses", row.Uses),
        ("@bytes", row.Bytes),
        ("@node", row.NodeId),
        ("@created", row.Created),
        ("@expires", row.Expires)));

    /// <summary>Ends a ticket and erases its key; false when there is none that still holds.</summary>
    public bool Revoke(byte[] id, DateTimeOffset when) => file.Write(() => file.Execute(
        "UPDATE ticket SET revoked = @when, proof_key = x'' WHERE id = @id AND revoked IS NULL",
        ("@id", id),
        ("@when", when)) > 0);

    /// <summary>Whether the node has a use of the ticket, and whether that use was taken back.</summary>
    public (bool IsBound, bool IsRevoked) UseOf(byte[] id, byte[] nodeId)
    {
        List<bool> found = file.Query(
            "SELECT revoked IS NOT NULL FROM ticket_use WHERE ticket_id = @id AND node_id = @node",
            row => row.GetBoolean(0),
            ("@id", id),
            ("@node", nodeId));
        return (found.Count > 0, found.Contains(true));
    }

    /// <summary>Takes one use for a node.</summary>
    public void Bind(byte[] id, byte[] nodeId, DateTimeOffset when) => file.Write(() => file.Execute(
        "INSERT INTO ticket_use (ticket_id, node_id, first_used) VALUES (@id, @node, @when)",
        ("@id", id),
        ("@node", nodeId),
        ("@when", when)));

    /// <summary>Takes bytes off a ticket's limit: as many as wanted, or what is left if that is enough.</summary>
    /// <returns>What was taken; zero when less than <paramref name="needed"/> is left.</returns>
    public long TakeBytes(byte[] id, long needed, long wanted) => file.Write(() =>
    {
        long left = Find(id)?.Bytes ?? 0;
        long taken = left < needed ? 0 : Math.Min(left, wanted);
        AddBytes(id, -taken);
        return taken;
    });

    /// <summary>Gives bytes back that were taken and not sent.</summary>
    public void PutBackBytes(byte[] id, long bytes) => file.Write(() => AddBytes(id, bytes));

    private int AddBytes(byte[] id, long bytes) => bytes == 0 ? 0 : file.Execute(
        "UPDATE ticket SET bytes = bytes + @bytes WHERE id = @id", ("@id", id), ("@bytes", bytes));

    /// <summary>Takes back every use that a node has, so that no ticket it holds lets it in again.</summary>
    public void RevokeUsesOf(byte[] nodeId, DateTimeOffset when) => file.Write(() => file.Execute(
        "UPDATE ticket_use SET revoked = @when WHERE node_id = @node AND revoked IS NULL",
        ("@node", nodeId),
        ("@when", when)));

    /// <summary>Erases the keys of tickets past their time, and forgets those that ended long ago.</summary>
    public void Prune(DateTimeOffset now, TimeSpan keep) => file.Write(() =>
    {
        file.Execute(
            "UPDATE ticket SET proof_key = x'' WHERE expires <= @now AND length(proof_key) > 0", ("@now", now));
        return file.Execute("DELETE FROM ticket WHERE expires <= @before", ("@before", now - keep));
    });

    private static TicketRow Map(SqliteDataReader row) => new(
        row.Bytes(0),
        row.Bytes(1),
        row.TextOrNull(2),
        row.TextOrNull(3),
        row.GetInt32(4),
        row.GetInt32(5),
        row.NumberOrNull(6),
        row.BytesOrNull(7),
        row.Time(8),
        row.Time(9),
        row.TimeOrNull(10),
        row.GetInt32(11));
}
