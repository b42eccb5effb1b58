namespace PSPeerShare.Core.Storage;

/// <summary>
/// The trigrams of the entries' names. They cost as much as the entries themselves, so many new ones are stored without
/// and follow later, in the order of their numbers; a search passes over the rest (<see cref="EntrySearch.Indexed"/>).
/// </summary>
/// <remarks>All of it within a transaction of the caller.</remarks>
internal static class EntryText
{
    /// <summary>So many names are indexed with the change that brings them.</summary>
    private const int Few = 1024;

    /// <summary>Indexes what is not indexed, when it is little.</summary>
    public static void AddFew(StoreFile writer)
    {
        if (writer.Number("SELECT coalesce((SELECT max(id) FROM entry), 0) - indexed FROM meta") <= Few)
        {
            Add(writer, Few);
        }
    }

    /// <summary>Indexes the next names; returns how many.</summary>
    public static int Add(StoreFile writer, int most)
    {
        List<(long Id, string Name)> names = writer.Bulk(
            "SELECT id, name FROM entry WHERE id > (SELECT indexed FROM meta) ORDER BY id LIMIT ?1",
            statement =>
            {
                List<(long, string)> found = [];
                statement.Bind(1, most);
                while (statement.Step())
                {
                    found.Add((statement.Number(0), statement.Text(1)!));
                }

                return found;
            });
        if (names.Count == 0)
        {
            return 0;
        }

        writer.Bulk("INSERT INTO entry_text (rowid, name) VALUES (?1, ?2)", statement =>
        {
            foreach ((long id, string name) in names)
            {
                statement.Bind(1, id);
                statement.Bind(2, EntrySearch.Fold(name));
                statement.Step();
                statement.Again();
            }

            return names.Count;
        });
        writer.Execute("UPDATE meta SET indexed = @indexed", ("@indexed", names[^1].Id));
        return names.Count;
    }

    /// <summary>Entries were deleted: numbers that became free are given again.</summary>
    public static void NoteDeleted(StoreFile writer) =>
        writer.Execute("UPDATE meta SET indexed = min(indexed, (SELECT coalesce(max(id), 0) FROM entry))");
}
