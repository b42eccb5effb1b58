namespace PSPeerShare.Core.Storage;

/// <summary>The peers and their addresses.</summary>
internal sealed class PeerTable(StoreFile file)
{
    private const string Select = "SELECT node_id, name, allow, rate_limit, added, last_seen FROM peer ";

    // The address that worked last comes first; those that never did keep the order in which they were given.
    private const string SelectAddresses =
        "SELECT address FROM peer_address WHERE node_id = @id ORDER BY last_success DESC NULLS LAST, position";

    /// <summary>All peers, by name.</summary>
    public IReadOnlyList<PeerRow> List() => Find(Select + "ORDER BY name_key");

    public PeerRow? Find(byte[] nodeId) => Find(Select + "WHERE node_id = @id", ("@id", nodeId)).FirstOrDefault();

    /// <summary>The peer of that name, whatever the case.</summary>
    public PeerRow? FindByName(string name) =>
        Find(Select + "WHERE name_key = @key", ("@key", NameKey.Of(name))).FirstOrDefault();

    /// <summary>Adds a peer. Id and name must be new.</summary>
    public void Insert(PeerRow row) => file.Write(() =>
    {
        file.Execute(
            """
            INSERT INTO peer (node_id, name, name_key, allow, rate_limit, added, last_seen)
            VALUES (@id, @name, @key, @allow, @rate, @added, @seen)
            """,
            ("@id", row.NodeId),
            ("@name", row.Name),
            ("@key", NameKey.Of(row.Name)),
            ("@allow", row.Allow),
            ("@rate", row.RateLimit),
            ("@added", row.Added),
            ("@seen", row.LastSeen));
        SetAddresses(row.NodeId, row.Addresses);
        return true;
    });

    /// <summary>Sets name, rights, rate and addresses; false when the peer is gone.</summary>
    public bool Update(PeerRow row) => file.Write(() =>
    {
        int changed = file.Execute(
            "UPDATE peer SET name = @name, name_key = @key, allow = @allow, rate_limit = @rate WHERE node_id = @id",
            ("@id", row.NodeId),
            ("@name", row.Name),
            ("@key", NameKey.Of(row.Name)),
            ("@allow", row.Allow),
            ("@rate", row.RateLimit));
        if (changed > 0)
        {
            SetAddresses(row.NodeId, row.Addresses);
        }

        return changed > 0;
    });

    /// <summary>Removes a peer with its addresses and grants.</summary>
    public bool Delete(byte[] nodeId) =>
        file.Write(() => file.Execute("DELETE FROM peer WHERE node_id = @id", ("@id", nodeId)) > 0);

    /// <summary>Notes that the peer was reached, and where. A power cut may forget this one.</summary>
    public void NoteSeen(byte[] nodeId, string? address, DateTimeOffset when) => file.Write(
        () =>
        {
            int changed = file.Execute(
                "UPDATE peer SET last_seen = @when WHERE node_id = @id", ("@id", nodeId), ("@when", when));
            if (changed > 0 && address is not null)
            {
                file.Execute(
                    """
                    INSERT INTO peer_address (node_id, address, position, last_success)
                    VALUES (@id, @address, (SELECT coalesce(max(position) + 1, 0) FROM peer_address WHERE node_id = @id), @when)
                    ON CONFLICT (node_id, address) DO UPDATE SET last_success = excluded.last_success
                    """,
                    ("@id", nodeId),
                    ("@address", address),
                    ("@when", when));
            }

            return changed > 0;
        },
        isDurable: false);

    // Addresses that stay keep the time at which they last worked.
    private void SetAddresses(byte[] nodeId, IReadOnlyList<string> addresses)
    {
        List<string> stored = file.Query(SelectAddresses, row => row.GetString(0), ("@id", nodeId));
        if (stored.SequenceEqual(addresses, StringComparer.Ordinal))
        {
            return;
        }

        foreach (string gone in stored.Except(addresses, StringComparer.Ordinal))
        {
            file.Execute(
                "DELETE FROM peer_address WHERE node_id = @id AND address = @address", ("@id", nodeId), ("@address", gone));
        }

        for (int position = 0; position < addresses.Count; position++)
        {
            file.Execute(
                """
                INSERT INTO peer_address (node_id, address, position) VALUES (@id, @address, @position)
                ON CONFLICT (node_id, address) DO UPDATE SET position = excluded.position
                """,
                ("@id", nodeId),
                ("@address", addresses[position]),
                ("@position", position));
        }
    }

    private List<PeerRow> Find(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        (string, object?)[] kept = values.ToArray();
        return file.Read(() => file
            .Query(
                sql,
                row => new PeerRow(
                    row.Bytes(0),
                    row.GetString(1),
                    row.GetInt32(2),
                    row.NumberOrNull(3),
                    row.Time(4),
                    row.TimeOrNull(5),
                    []),
                kept)
            .ConvertAll(row => row with
            {
                Addresses = file.Query(SelectAddresses, address => address.GetString(0), ("@id", row.NodeId)),
            }));
    }
}
