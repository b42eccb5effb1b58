using System.Collections.Concurrent;
using System.Text.Json;

namespace PSPeerShare.Core.Catalog;

/// <summary>How far one share is stored. The scanner writes it, searches read it.</summary>
internal sealed class ScannedShare(ServedShare share, long row) : IDisposable
{
    private FileSystemWatcher? _watcher;

    public ServedShare Share { get; } = share;

    /// <summary>Its row in the catalog.</summary>
    public long Row { get; } = row;

    /// <summary>Whether a whole scan has ended since the share has these rules; what is stored may be old, but is all.</summary>
    public volatile bool IsComplete;

    /// <summary>Whether every file's content was known when the last hashing ended.</summary>
    public volatile bool IsHashed;

    /// <summary>How many entries are stored.</summary>
    public long Entries;

    /// <summary>Files that are not hashed yet, as far as is known.</summary>
    public long Unhashed;

    /// <summary>A time that does not come.</summary>
    public const long Never = long.MaxValue;

    /// <summary>When to scan it next, in milliseconds of a clock that nobody can set.</summary>
    public long ScanDue;

    /// <summary>When to look for files without a hash next, by the same clock.</summary>
    public long HashDue = Never;

    /// <summary>A time from now.</summary>
    public static long In(TimeSpan delay) => Environment.TickCount64 + (long)delay.TotalMilliseconds;

    /// <summary>Whether a time has come.</summary>
    public static bool IsDue(ref long time) => Environment.TickCount64 >= Interlocked.Read(ref time);

    /// <summary>Folders in which something has changed, with <c>/</c> between segments.</summary>
    public ConcurrentDictionary<string, bool> Dirty { get; } = new(StringComparer.Ordinal);

    /// <summary>The patterns of a share as one text.</summary>
    public static string ExcludeOf(ShareInfo info) => JsonSerializer.Serialize(info.Exclude);

    /// <summary>Whether what is stored was stored under this name, folder and rules.</summary>
    public bool IsOf(ShareInfo info) =>
        Share.Info.Name == info.Name && Share.Info.Path == info.Path && Share.Info.Exclude.SequenceEqual(info.Exclude, StringComparer.Ordinal);

    /// <summary>Begins to note what changes below the folder.</summary>
    public void Watch(string folder, Action changed, Action<Exception> lost)
    {
        _watcher?.Dispose();
        FileSystemWatcher watcher = new(folder)
        {
            IncludeSubdirectories = true,
            InternalBufferSize = 64 * 1024,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        _watcher = watcher;
        watcher.Created += (_, e) => Note(e.Name);
        watcher.Changed += (_, e) => Note(e.Name);
        watcher.Deleted += (_, e) => Note(e.Name);
        watcher.Renamed += (_, e) =>
        {
            Note(e.OldName);
            Note(e.Name);
        };
        watcher.Error += (_, e) => lost(e.GetException());
        watcher.EnableRaisingEvents = true;

        void Note(string? name)
        {
            string parent = Path.GetDirectoryName(name ?? "") ?? "";
            Dirty[Path.DirectorySeparatorChar == '/' ? parent : parent.Replace(Path.DirectorySeparatorChar, '/')] = true;
            changed();
        }
    }

    public void Dispose() => _watcher?.Dispose();
}
