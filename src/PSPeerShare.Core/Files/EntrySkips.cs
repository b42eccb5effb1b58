namespace PSPeerShare.Core.Files;

/// <summary>Counts what a walk passed over, by reason. One walk writes, others may read the counts.</summary>
internal sealed class EntrySkips
{
    private const int MaximumReported = 32;
    private readonly List<string> _unreadableFolders = [];

    /// <summary>Symbolic links, junctions and other reparse points.</summary>
    public long Links { get; private set; }

    /// <summary>FIFOs, sockets and devices.</summary>
    public long Special { get; private set; }

    /// <summary>Names that are not valid UTF-8 (or, on Windows, not valid UTF-16).</summary>
    public long Undecodable { get; private set; }

    /// <summary>Names that the wire cannot carry: control characters, too long, too deep.</summary>
    public long Unnameable { get; private set; }

    /// <summary>Folders and files that could not be looked at.</summary>
    public long Unreadable { get; private set; }

    /// <summary>All of them.</summary>
    public long Total => Links + Special + Undecodable + Unnameable + Unreadable;

    /// <summary>Those whose content somebody may miss: all but links and special files, which nobody expects.</summary>
    public long LeftOut => Undecodable + Unnameable + Unreadable;

    /// <summary>The first folder, below the root, that could not be read or in which something was left out.</summary>
    public string[]? Place { get; private set; }

    /// <summary>What was left out, for people.</summary>
    public string Explain()
    {
        List<string> parts = [];
        if (Unreadable > 0)
        {
            IReadOnlyList<string> folders = UnreadableFolders;
            parts.Add($"{Unreadable} that cannot be read{(folders.Count > 0 ? $" ({string.Join(", ", folders.Take(3))}{(folders.Count > 3 ? ", ..." : "")})" : "")}");
        }

        if (Undecodable + Unnameable > 0)
        {
            parts.Add($"{Undecodable + Unnameable} whose name cannot travel");
        }

        return string.Join(", ", parts);
    }

    /// <summary>The first unreadable folders, each once, as local paths below the root.</summary>
    public IReadOnlyList<string> UnreadableFolders
    {
        get
        {
            lock (_unreadableFolders)
            {
                return [.. _unreadableFolders];
            }
        }
    }

    /// <summary>Counts a link.</summary>
    public void AddLink() => Links++;

    /// <summary>Counts a special file.</summary>
    public void AddSpecial() => Special++;

    /// <summary>Counts a name that cannot be decoded.</summary>
    public void AddUndecodable(string[]? folder = null)
    {
        Undecodable++;
        NotePlace(folder);
    }

    /// <summary>Counts a name that the wire cannot carry.</summary>
    public void AddUnnameable(string[]? folder = null)
    {
        Unnameable++;
        NotePlace(folder);
    }

    /// <summary>Adds what an earlier walk has counted, and where the first of it is that was left out.</summary>
    public void Add(long links, long special, long undecodable, long unnameable, long unreadable, string[]? place = null)
    {
        NotePlace(place);
        Links += links;
        Special += special;
        Undecodable += undecodable;
        Unnameable += unnameable;
        Unreadable += unreadable;
    }

    /// <summary>Counts an entry that could not be looked at.</summary>
    public void AddUnreadable(string[]? folder = null)
    {
        Unreadable++;
        NotePlace(folder);
    }

    /// <summary>Counts a folder that could not be opened or read to its end.</summary>
    public void AddUnreadableFolder(string path, string[]? folder = null)
    {
        Unreadable++;
        NotePlace(folder);
        lock (_unreadableFolders)
        {
            if (_unreadableFolders.Count < MaximumReported)
            {
                _unreadableFolders.Add(path);
            }
        }
    }

    private void NotePlace(string[]? folder) => Place ??= folder;
}
