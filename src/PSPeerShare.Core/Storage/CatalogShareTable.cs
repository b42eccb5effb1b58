namespace PSPeerShare.Core.Storage;

/// <summary>The shares whose entries are stored.</summary>
internal sealed class CatalogShareTable(StoreFile reader, StoreFile writer)
{
    public IReadOnlyList<CatalogShareRow> List() => reader.Query(
        "SELECT id, name, path, exclude, scanned, entries FROM share ORDER BY id",
        row => new CatalogShareRow(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.TimeOrNull(4), row.GetInt64(5)));

    /// <summary>The row of a share of that name, folder and rules; what is stored under other ones is forgotten.</summary>
    public CatalogShareRow Adopt(string name, string path, string exclude) => List()
        .FirstOrDefault(row => row.Name == name && row.Path == path && row.Exclude == exclude) ?? Insert(name, path, exclude);

    /// <summary>A whole scan has ended.</summary>
    public void NoteScanned(long share, DateTimeOffset time, long entries) => writer.Write(
        () => writer.Execute(
            "UPDATE share SET scanned = @time, entries = @entries WHERE id = @share",
            ("@time", time),
            ("@entries", entries),
            ("@share", share)),
        isDurable: false);

    /// <summary>Forgets a share and its entries.</summary>
    public void Remove(string name) => writer.Write(() => Delete(name), isDurable: false);

    private CatalogShareRow Insert(string name, string path, string exclude) => writer.Write(
        () =>
        {
            Delete(name);
            long id = writer.Query(
                "INSERT INTO share (name, path, exclude) VALUES (@name, @path, @exclude) RETURNING id",
                row => row.GetInt64(0),
                ("@name", name),
                ("@path", path),
                ("@exclude", exclude))[0];
            return new CatalogShareRow(id, name, path, exclude, null, 0);
        },
        isDurable: false);

    private bool Delete(string name)
    {
        writer.Execute(
            """
            DELETE FROM entry_text WHERE rowid IN (
                SELECT entry.id FROM entry JOIN folder ON folder.id = entry.folder JOIN share ON share.id = folder.share
                WHERE share.name = @name)
            """,
            ("@name", name));
        bool isDeleted = writer.Execute("DELETE FROM share WHERE name = @name", ("@name", name)) > 0;
        EntryText.NoteDeleted(writer);
        return isDeleted;
    }
}
