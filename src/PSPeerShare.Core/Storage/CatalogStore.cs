using Microsoft.Data.Sqlite;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// catalog.db: what can be made again by reading the files. Hashes and trees of contents, and the entries of shares,
/// as plain rows. It refuses to know what they mean, and has nothing to do with node.db. Any thread, any number of
/// processes.
/// </summary>
internal sealed class CatalogStore : IDisposable
{
    /// <summary>The file's name within a home.</summary>
    public const string FileName = "catalog.db";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly StoreFile _writer;
    private readonly StoreFile _reader;

    private readonly StoreFile _searcher;

    // A search may take long, a look-up may not wait for it, and neither waits for a batch that is being written.
    private CatalogStore(StoreFile writer, StoreFile reader, StoreFile searcher)
    {
        _writer = writer;
        _reader = reader;
        _searcher = searcher;
        Contents = new ContentTable(reader, writer);
        Shares = new CatalogShareTable(reader, writer);
        Entries = new EntryTable(reader, writer);
        Search = new EntrySearch(searcher);
        Peers = new PeerCatalogTable(reader, writer, searcher);
        Announced = new AnnouncedTable(reader, writer);
    }

    public ContentTable Contents { get; }

    public CatalogShareTable Shares { get; }

    public EntryTable Entries { get; }

    public EntrySearch Search { get; }

    /// <summary>What peers announce.</summary>
    public PeerCatalogTable Peers { get; }

    /// <summary>What is announced to them.</summary>
    public AnnouncedTable Announced { get; }

    /// <summary>Opens or makes the catalog of a home.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.StoreUnusable"/>; see <see cref="IsSpoilt"/>.</exception>
    public static CatalogStore Open(string homeFolder)
    {
        string path = Path.Combine(homeFolder, FileName);
        List<StoreFile> files = [];
        try
        {
            for (int i = 0; i < 3; i++)
            {
                files.Add(OpenFile(path));
            }

            return new CatalogStore(files[0], files[1], files[2]);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Whether the file itself is why it cannot be used: it is damaged, foreign, or of a newer version.</summary>
    public static bool IsSpoilt(PeerShareException failure) => failure.Error == PeerError.StoreUnusable
        && failure.InnerException is null or SqliteException { SqliteErrorCode: Error or Corrupt or NotADatabase };

    /// <summary>
    /// Gives the file, its log included, another name, unless another process has mended it already. Returns that
    /// name, or <see langword="null"/> when nothing was moved.
    /// </summary>
    public static string? SetAside(string homeFolder, DateTimeOffset now)
    {
        string path = Path.Combine(homeFolder, FileName);
        using FileLock? held = FileLock.TryTake(path + ".lock");
        if (held is null || !IsStillSpoilt(homeFolder))
        {
            return null;
        }

        string aside = $"{path}.damaged-{now.UtcDateTime:yyyyMMdd-HHmmss-fff}";
        foreach (string suffix in (string[])["-wal", "-shm", ""])
        {
            if (File.Exists(path + suffix))
            {
                File.Move(path + suffix, aside + suffix);
            }
        }

        return aside;
    }

    public void Dispose()
    {
        _searcher.Dispose();
        _reader.Dispose();
        _writer.Dispose();
    }

    // SQLite's primary result codes, https://sqlite.org/rescode.html
    private const int Error = 1;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    private static bool IsStillSpoilt(string homeFolder)
    {
        try
        {
            using CatalogStore store = Open(homeFolder);
            return store._reader.Query("PRAGMA quick_check(1)", row => row.GetString(0))[0] != "ok";
        }
        catch (PeerShareException failure)
        {
            return IsSpoilt(failure);
        }
    }

    private static StoreFile OpenFile(string path)
    {
        StoreFile file = StoreFile.Open(path, CatalogSchema.Migrations, CatalogSchema.Guarded, CatalogSchema.ApplicationId, Patience);

        // Nothing in it is secret beyond the names of files, which stand in their folders as well. A scan writes the same
        // pages many times: the log takes 32 MB before they go to the file, once each, and shrinks again afterwards.
        file.Execute("PRAGMA secure_delete=OFF; PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=8000;");
        file.Query("PRAGMA journal_size_limit=8388608", row => row.GetInt64(0));
        try
        {
            // A table that is missing shows now, not in the midst of an answer.
            foreach (string table in CatalogSchema.Tables)
            {
                file.Query($"SELECT 1 FROM {table} LIMIT 0", row => row.GetInt64(0));
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
