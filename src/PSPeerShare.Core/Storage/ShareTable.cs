using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>The persistent shares.</summary>
internal sealed class ShareTable(StoreFile file)
{
    private const int NodeIdBytes = 32;
    private const string Select = "SELECT name, path, only_peers, exclude, added FROM share ";

    public IReadOnlyList<ShareRow> List() => file.Query(Select + "ORDER BY name_key", Map);

    /// <summary>The share of that name, whatever the case.</summary>
    public ShareRow? Find(string name) =>
        file.Query(Select + "WHERE name_key = @key", Map, ("@key", NameKey.Of(name))).FirstOrDefault();

    /// <summary>Adds a share; false when its name is taken.</summary>
    public bool Insert(ShareRow row) => file.Write(() => file.Execute(
        """
        INSERT INTO share (name, name_key, path, only_peers, exclude, added)
        VALUES (@name, @key, @path, @peers, @exclude, @added)
        ON CONFLICT DO NOTHING
        """,
        ("@name", row.Name),
        ("@key", NameKey.Of(row.Name)),
        ("@path", row.Path),
        ("@peers", row.OnlyPeers?.SelectMany(id => id).ToArray()),
        ("@exclude", JsonSerializer.Serialize(row.Exclude)),
        ("@added", row.Added)) > 0);

    /// <summary>Removes the share of that name, whatever the case.</summary>
    public bool Delete(string name) =>
        file.Write(() => file.Execute("DELETE FROM share WHERE name_key = @key", ("@key", NameKey.Of(name))) > 0);

    private static ShareRow Map(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.BytesOrNull(2)?.Chunk(NodeIdBytes).ToArray(),
        JsonSerializer.Deserialize<string[]>(row.GetString(3)) ?? [],
        row.Time(4));
}
