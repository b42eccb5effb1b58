using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>The hand-overs that wait, in whichever process of the home, and which of them is to end.</summary>
internal sealed class HandOverTable(StoreFile file)
{
    /// <summary>Those that wait now, the oldest first; an entry whose process is gone does not count.</summary>
    public IReadOnlyList<HandOverRow> List() => [.. file.Query(
        "SELECT id, process, name, files, bytes, port, created, expires, receiver FROM hand_over WHERE is_withdrawn = 0 ORDER BY created, id",
        Map).Where(IsAlive)];

    /// <summary>Notes one; those that processes left behind when they died go.</summary>
    public void Insert(HandOverRow row) => file.Write(
        () =>
        {
            foreach ((string id, string process) in file.Query("SELECT id, process FROM hand_over", r => (r.GetString(0), r.GetString(1))))
            {
                _ = ProcessMark.Parse(process) is { IsAlive: true } ? 0 : Delete(id);
            }

            return file.Execute(
                """
                INSERT INTO hand_over (id, process, name, files, bytes, port, created, expires)
                VALUES (@id, @process, @name, @files, @bytes, @port, @created, @expires)
                """,
                ("@id", row.Id),
                ("@process", row.Process),
                ("@name", row.Name),
                ("@files", row.Files),
                ("@bytes", row.Bytes),
                ("@port", row.Port),
                ("@created", row.Created),
                ("@expires", row.Expires));
        },
        isDurable: false);

    /// <summary>Somebody has proved the code.</summary>
    public void Take(string id, string receiver) => file.Write(
        () => file.Execute("UPDATE hand_over SET receiver = @receiver WHERE id = @id", ("@id", id), ("@receiver", receiver)), isDurable: false);

    /// <summary>Asks its process to end it; false when there is none of that id.</summary>
    public bool Withdraw(string id) => file.Write(
        () => file.Execute("UPDATE hand_over SET is_withdrawn = 1 WHERE id = @id", ("@id", id)), isDurable: false) > 0;

    /// <summary>Whether somebody asked for its end.</summary>
    public bool IsWithdrawn(string id) => file.Query(
        "SELECT is_withdrawn FROM hand_over WHERE id = @id", static row => row.GetInt64(0) != 0, ("@id", id)) is [true];

    public int Delete(string id) => file.Write(() => file.Execute("DELETE FROM hand_over WHERE id = @id", ("@id", id)), isDurable: false);

    private static bool IsAlive(HandOverRow row) => ProcessMark.Parse(row.Process) is { IsAlive: true };

    private static HandOverRow Map(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Process = row.GetString(1),
        Name = row.GetString(2),
        Files = row.GetInt64(3),
        Bytes = row.GetInt64(4),
        Port = row.GetInt32(5),
        Created = row.Time(6),
        Expires = row.Time(7),
        Receiver = row.TextOrNull(8),
    };
}
