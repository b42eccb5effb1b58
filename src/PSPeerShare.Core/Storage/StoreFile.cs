using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// One SQLite file that threads and processes share: opened privately, checked, migrated, written in short
/// transactions. It knows no table. What it cannot read it reports and leaves as it is.
/// </summary>
/// <remarks>
/// One connection behind one lock: each statement takes microseconds, and other processes wait in SQLite's own busy
/// handler. Nothing else in this process may open and close the file, because POSIX drops a process's locks on a file
/// when any of its descriptors is closed.
/// </remarks>
internal sealed partial class StoreFile : IDisposable
{
    private readonly Lock gate = new();
    private readonly string path;
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BulkStatement> bulk = new(StringComparer.Ordinal);
    private Transaction transaction;
    private bool isSyncFull = true;
    private bool isDisposed;

    private StoreFile(string path, SqliteConnection connection)
    {
        this.path = path;
        this.connection = connection;
    }

    private enum Transaction
    {
        None,
        Read,
        Write,
    }

    /// <summary>Runs several queries on one state of the store.</summary>
    public T Read<T>(Func<T> work) => Run(Transaction.Read, isDurable: true, work);

    /// <summary>Runs the work in one transaction: all of it or nothing. A call inside another one joins it.</summary>
    /// <param name="work">What to do; short, because other processes wait.</param>
    /// <param name="isDurable">
    /// Whether a power cut after the return may not undo it. Trust is durable; history and last-seen times are not.
    /// </param>
    public T Write<T>(Func<T> work, bool isDurable = true) => Run(Transaction.Write, isDurable, work);

    /// <summary>Changes rows; returns how many.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (gate)
        {
            try
            {
                return Bind(sql, values).ExecuteNonQuery();
            }
            catch (SqliteException failure)
            {
                throw Explain(path, failure);
            }
        }
    }

    /// <summary>All rows of a query.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (gate)
        {
            try
            {
                var rows = new List<T>();
                using SqliteDataReader reader = Bind(sql, values).ExecuteReader();
                while (reader.Read())
                {
                    rows.Add(map(reader));
                }

                return rows;
            }
            catch (SqliteException failure)
            {
                throw Explain(path, failure);
            }
        }
    }

    /// <summary>Runs a statement as often as the work steps and resets it; for those that run for each of many rows.</summary>
    public T Bulk<T>(string sql, Func<BulkStatement, T> work)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            BulkStatement? statement = null;
            try
            {
                if (!bulk.TryGetValue(sql, out statement))
                {
                    statement = new BulkStatement(connection, sql);
                    bulk.Add(sql, statement);
                }

                return work(statement);
            }
            catch (SqliteException failure)
            {
                throw Explain(path, failure);
            }
            finally
            {
                statement?.Reset();
            }
        }
    }

    /// <summary>The one number that a query gives.</summary>
    public long Number(string sql)
    {
        lock (gate)
        {
            try
            {
                return (long)(Bind(sql, []).ExecuteScalar() ?? 0L);
            }
            catch (SqliteException failure)
            {
                throw Explain(path, failure);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (!isDisposed)
            {
                isDisposed = true;
                foreach (SqliteCommand command in commands.Values)
                {
                    command.Dispose();
                }

                foreach (BulkStatement statement in bulk.Values)
                {
                    statement.Dispose();
                }

                connection.Dispose();
            }
        }
    }

    private T Run<T>(Transaction kind, bool isDurable, Func<T> work)
    {
        lock (gate)
        {
            if (transaction != Transaction.None)
            {
                return transaction >= kind
                    ? work()
                    : throw new InvalidOperationException("A read of the store cannot become a write.");
            }

            Begin(kind, isDurable);
            bool isDone = false;
            try
            {
                T result = work();
                Execute("COMMIT");
                isDone = true;
                return result;
            }
            finally
            {
                transaction = Transaction.None;
                if (!isDone)
                {
                    RollBack();
                }
            }
        }
    }

    private void Begin(Transaction kind, bool isDurable)
    {
        if (kind == Transaction.Write && isSyncFull != isDurable)
        {
            Execute(isDurable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            isSyncFull = isDurable;
        }

        // A write takes the lock at once: two that read first and write later would fail instead of waiting.
        Execute(kind == Transaction.Write ? "BEGIN IMMEDIATE" : "BEGIN");
        transaction = kind;
    }

    private void RollBack()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (PeerShareException)
        {
            // Some failures (disk full, I/O) have ended the transaction already; the first failure is the one to tell.
        }
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (!commands.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach ((string name, _) in values)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            commands.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i].Value switch
            {
                null => DBNull.Value,
                DateTimeOffset time => time.ToUnixTimeMilliseconds(),
                var value => value,
            };
        }

        return command;
    }
}
