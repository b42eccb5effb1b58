using System.Globalization;
using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

internal sealed partial class StoreFile
{
    private const int BusyMilliseconds = 15_000;

    private static readonly Lock Opening = new();

    /// <summary>Opens or makes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="migrations">The scripts that lead from each version to the next; the first one makes the tables.</param>
    /// <param name="guarded">
    /// Tables of the first version that are checked page by page now; damage elsewhere shows when it is read. Small
    /// ones, so that opening takes no longer as the rest grows.
    /// </param>
    /// <param name="applicationId">What marks the file as one of its kind; another one is refused before it is changed.</param>
    /// <param name="patience">How long a statement waits for another process; 15 seconds unless given.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.StoreUnusable"/>.</exception>
    public static StoreFile Open(
        string path, IReadOnlyList<string> migrations, IReadOnlyList<string> guarded, int applicationId = 0, TimeSpan? patience = null)
    {
        int busyMilliseconds = (int)(patience?.TotalMilliseconds ?? BusyMilliseconds);
        SqliteConnection? connection = null;
        try
        {
            lock (Opening)
            {
                EnsurePrivateFile(path);
                connection = Connect(path, busyMilliseconds);
            }

            var file = new StoreFile(path, connection);
            file.Prepare(migrations, guarded, applicationId, busyMilliseconds);
            return file;
        }
        catch (SqliteException failure)
        {
            connection?.Dispose();
            throw Explain(path, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw new PeerShareException(PeerError.StoreUnusable, path, failure.Message, failure);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    private static void EnsurePrivateFile(string path)
    {
        if (!File.Exists(path))
        {
            try
            {
                new FileStream(path, OwnerOnly.FileOptions(FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite)).Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process made it in between.
            }
        }

        OwnerOnly.CheckFile(path, PeerError.StoreUnusable);
    }

    private static SqliteConnection Connect(string path, int busyMilliseconds)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = Math.Max(1, busyMilliseconds / 1000),
        };
        var connection = new SqliteConnection(settings.ConnectionString);
        connection.Open();
        return connection;
    }

    private void Prepare(IReadOnlyList<string> migrations, IReadOnlyList<string> guarded, int applicationId, int busyMilliseconds)
    {
        // Closing a connection folds the log into the file; that must not happen to a file that turns out damaged.
        KeepLogOnClose(true);

        // None of these touches the file. Deleted rows are overwritten, because ticket keys are among them.
        Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            PRAGMA busy_timeout={busyMilliseconds};
            PRAGMA foreign_keys=ON;
            PRAGMA secure_delete=ON;
            PRAGMA trusted_schema=OFF;
            PRAGMA cell_size_check=ON;
            PRAGMA synchronous=FULL;
            """));

        long version = Version;
        RefuseNewer(version, migrations.Count);
        RefuseForeign(version, applicationId);
        RefuseDamaged(version == 0 ? [] : guarded);
        KeepLogOnClose(false);
        if (Query("PRAGMA journal_mode", row => row.GetString(0))[0] != "wal")
        {
            Query("PRAGMA journal_mode=WAL", row => row.GetString(0));
        }

        if (Version < migrations.Count)
        {
            Write(() => Migrate(migrations));
        }
    }

    private void KeepLogOnClose(bool isKept)
    {
        // https://sqlite.org/c3ref/c_dbconfig_defensive.html
        const int NoCheckpointOnClose = 1006;
        _ = SQLitePCL.raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, isKept ? 1 : 0, out _);
    }

    private long Version => Number("PRAGMA user_version");

    private bool Migrate(IReadOnlyList<string> migrations)
    {
        // Asked again inside the transaction: another process may have been faster.
        long version = Version;
        RefuseNewer(version, migrations.Count);
        for (int next = (int)version; next < migrations.Count; next++)
        {
            Execute(migrations[next]);
            Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={next + 1}"));
        }

        return true;
    }

    private void RefuseNewer(long version, int known)
    {
        if (version > known || version < 0)
        {
            throw new PeerShareException(
                PeerError.StoreUnusable,
                path,
                string.Create(CultureInfo.InvariantCulture, $"written by a newer version: format {version}, this one knows {known}"));
        }
    }

    private void RefuseForeign(long version, int applicationId)
    {
        if (applicationId != 0 && (version == 0
            ? Number("SELECT count(*) FROM sqlite_master") > 0 && Version == 0
            : Number("PRAGMA application_id") != applicationId))
        {
            throw new PeerShareException(PeerError.StoreUnusable, path, "a store of another kind");
        }
    }

    private void RefuseDamaged(IReadOnlyList<string> tables)
    {
        foreach (string table in tables)
        {
            string verdict = Query($"PRAGMA quick_check({table})", row => row.GetString(0))[0];
            if (verdict != "ok")
            {
                throw new PeerShareException(PeerError.StoreUnusable, path, $"damaged: {verdict}");
            }
        }
    }

    private static Exception Explain(string path, SqliteException failure)
    {
        // SQLite's primary result codes, https://sqlite.org/rescode.html
        const int Constraint = 19;
        string? reason = failure.SqliteErrorCode switch
        {
            5 or 6 => "another process holds it",
            8 or 3 or 23 => "not writable",
            10 => "the disk reports an error",
            11 or 26 => "damaged",
            13 => "the disk is full",
            14 => "cannot be opened",
            _ => null,
        };
        return failure.SqliteErrorCode == Constraint
            ? failure
            : new PeerShareException(
                PeerError.StoreUnusable, path, reason is null ? failure.Message : $"{reason}: {failure.Message}", failure);
    }
}
