namespace PSPeerShare.Core.Storage;

/// <summary>The one row that says which process runs the home's node.</summary>
internal sealed class RunningNodeTable(StoreFile file)
{
    /// <summary>The node that runs now, or null; a row whose process is gone does not count.</summary>
    public RunningNodeRow? Find() => Read() is { Process.IsAlive: true } row ? row : null;

    /// <summary>Takes the home for a process. When a live one has it already, that one's row is returned.</summary>
    /// <returns>Null when the home is taken now, else who has it.</returns>
    public RunningNodeRow? Claim(RunningNodeRow row) => file.Write(() =>
    {
        if (Find() is { } other)
        {
            return other;
        }

        file.Execute(
            """
            INSERT OR REPLACE INTO running_node
                (slot, process_id, process_start, boot_id, port, endpoint, name, started)
            VALUES (1, @process, @start, @boot, @port, @endpoint, @name, @started)
            """,
            ("@process", row.Process.Id),
            ("@start", row.Process.StartTime),
            ("@boot", row.Process.BootId),
            ("@port", row.Port),
            ("@endpoint", row.Endpoint),
            ("@name", row.Name),
            ("@started", row.Started));
        return null;
    });

    /// <summary>Sets where the node listens, once that is known; false when the process does not have the home.</summary>
    public bool Update(ProcessMark process, int port, string endpoint) => file.Write(() => file.Execute(
        "UPDATE running_node SET port = @port, endpoint = @endpoint WHERE process_id = @process AND process_start = @start AND boot_id = @boot",
        ("@port", port),
        ("@endpoint", endpoint),
        ("@process", process.Id),
        ("@start", process.StartTime),
        ("@boot", process.BootId)) > 0);

    /// <summary>Gives the home back; another process's claim stays.</summary>
    public bool Release(ProcessMark process) => file.Write(() => file.Execute(
        "DELETE FROM running_node WHERE process_id = @process AND process_start = @start AND boot_id = @boot",
        ("@process", process.Id),
        ("@start", process.StartTime),
        ("@boot", process.BootId)) > 0);

    private RunningNodeRow? Read() => file.Query(
        "SELECT process_id, process_start, boot_id, port, endpoint, name, started FROM running_node",
        row => new RunningNodeRow(
            new ProcessMark(row.GetInt32(0), row.GetInt64(1), row.GetString(2)),
            row.GetInt32(3),
            row.GetString(4),
            row.GetString(5),
            row.Time(6))).FirstOrDefault();
}
