using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// A prepared statement that runs once for each of very many rows, without the objects that a command makes for every
/// run. Parameters and columns go by their place.
/// </summary>
/// <remarks>
/// For what is asked or stored once for every file of a large tree. Used under its store's lock only.
/// </remarks>
internal sealed class BulkStatement : IDisposable
{
    private const int ShortText = 128;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public BulkStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Sets a parameter; the first is 1.</summary>
    public void Bind(int place, long value) => Check(raw.sqlite3_bind_int64(_statement, place, value));

    /// <inheritdoc cref="Bind(int, long)"/>
    public void Bind(int place, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(_statement, place, value));

    /// <inheritdoc cref="Bind(int, long)"/>
    public void Bind(int place, string? value)
    {
        // Names are written by the hundred thousand: those of usual length need no array each.
        if (value is { Length: > 0 and <= ShortText })
        {
            Span<byte> utf8 = stackalloc byte[3 * ShortText];
            Check(raw.sqlite3_bind_text(_statement, place, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
            return;
        }

        Check(value is null ? raw.sqlite3_bind_null(_statement, place) : raw.sqlite3_bind_text(_statement, place, value));
    }

    /// <summary>Runs the statement, to its next row where it has some; false when there is none.</summary>
    public bool Step()
    {
        int result = raw.sqlite3_step(_statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return result == raw.SQLITE_ROW;
        }

        Check(result);
        return false;
    }

    /// <summary>How many rows the last run has changed.</summary>
    public int Changed => raw.sqlite3_changes(_database);

    /// <summary>A column of the row; the first is 0.</summary>
    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <inheritdoc cref="Number"/>
    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    /// <inheritdoc cref="Number"/>
    public string? Text(int column) =>
        raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_text(_statement, column).utf8_to_string();

    /// <summary>Ends this run; the next has the same parameters until they are set.</summary>
    public void Again()
    {
        // Its result is the failure of the run, which has been told.
        _ = raw.sqlite3_reset(_statement);
    }

    /// <summary>Ends this run; the next begins without parameters.</summary>
    public void Reset()
    {
        Again();
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
