namespace PSPeerShare.Core.Storage;

/// <summary>Rights that a peer has in single shares.</summary>
internal sealed class GrantTable(StoreFile file)
{
    private const string Select = "SELECT node_id, share, path, rights FROM peer_grant ";

    public IReadOnlyList<GrantRow> List() => Query(Select + "ORDER BY node_id, share, path");

    public IReadOnlyList<GrantRow> Of(byte[] nodeId) =>
        Query(Select + "WHERE node_id = @id ORDER BY share, path", ("@id", nodeId));

    /// <summary>Gives a peer of the book these rights besides those it has there.</summary>
    public void Add(GrantRow row) => file.Write(() => file.Execute(
        """
        INSERT INTO peer_grant (node_id, share, path, rights) VALUES (@id, @share, @path, @rights)
        ON CONFLICT (node_id, share, path) DO UPDATE SET rights = rights | excluded.rights
        """,
        ("@id", row.NodeId),
        ("@share", row.Share),
        ("@path", row.Path),
        ("@rights", row.Rights)));

    /// <summary>Takes all of a peer's single grants away.</summary>
    public bool DeleteAll(byte[] nodeId) =>
        file.Write(() => file.Execute("DELETE FROM peer_grant WHERE node_id = @id", ("@id", nodeId)) > 0);

    private List<GrantRow> Query(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => file.Query(
        sql, row => new GrantRow(row.Bytes(0), row.GetString(1), row.GetString(2), row.GetInt32(3)), values);
}
