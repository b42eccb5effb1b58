using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Files;

/// <summary>
/// A folder of this machine, and the only way to open, make or name anything below it for a name that came from
/// outside. It works from a handle of the folder, follows no link below it and opens nothing but folders and regular
/// files.
/// </summary>
/// <remarks>
/// It does not know who asks or whether they may, and it never deletes or renames a file it did not make.
/// All members may be called by several threads at once.
/// </remarks>
internal abstract class SafeRoot : IDisposable
{
    /// <summary>The folder below which files are kept while they arrive. No walk shows it, no name may use it.</summary>
    public const string StagingName = ".pspeershare-staging";

    private readonly Lazy<DestinationNames> _names;

    /// <summary>Makes a root.</summary>
    protected SafeRoot(string localPath)
    {
        LocalPath = localPath;
        _names = new Lazy<DestinationNames>(Probe, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The full local path, for messages to the local user.</summary>
    public string LocalPath { get; }

    /// <summary>Names staged files durably, many at a time.</summary>
    public GroupCommit Durably { get; } = new();

    /// <summary>How the file system treats names. The first use tries it out with files in the staging folder.</summary>
    /// <exception cref="PeerShareException">It cannot be written.</exception>
    public DestinationNames Names => _names.Value;

    /// <summary>Opens a folder. A link that the local user names is followed here and nowhere else.</summary>
    /// <param name="localFolder">A local path.</param>
    /// <param name="create">Whether to make the folder and its parents when missing.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/>,
    /// <see cref="PeerError.PathNotReadable"/>, <see cref="PeerError.DestinationInvalid"/> when it is a file, or
    /// <see cref="PeerError.DestinationNotWritable"/> when it cannot be made.</exception>
    public static SafeRoot Open(string localFolder, bool create = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFolder);
        string path = Path.GetFullPath(localFolder);
        if (create)
        {
            Make(path);
        }

        return OperatingSystem.IsWindows() ? WindowsSafeRoot.OpenFolder(path) : UnixSafeRoot.Open(path, UnixFileCalls.System);
    }

    /// <summary>The facts of an open file, to compare with those of its opening.</summary>
    public static FileFacts Stat(SafeFileHandle handle) =>
        OperatingSystem.IsWindows() ? WindowsSafeRoot.StatHandle(handle) : UnixSafeRoot.StatHandle(handle);

    /// <summary>Whether a name is the staging folder's, also where the file system folds case.</summary>
    public static bool IsStaging(string name) => name.Equals(StagingName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> when it is missing, a link, a folder
    /// or special; <see cref="PeerError.FileNotReadable"/>.</exception>
    public abstract SafeFileHandle OpenRead(ReadOnlySpan<string> segments, out FileFacts facts);

    /// <summary>Opens a folder to read many of its files. No segments: the root.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>.</exception>
    public virtual ReadableFolder OpenFolder(string[] segments) => new RootedFolder(this, segments);

    /// <summary>Looks at a name without opening it. Links and special files count as missing. No segments: the root.</summary>
    public abstract bool TryStat(ReadOnlySpan<string> segments, out EntryFacts facts);

    /// <summary>
    /// Walks a folder, depth first, in no particular order, while the caller takes the entries; nothing is held but
    /// one open folder a level. Lazy: it throws when the first entry is asked for.
    /// </summary>
    /// <param name="folder">The segments below the root; none for the root.</param>
    /// <param name="recurse">Whether to go into folders.</param>
    /// <param name="skips">Counts what is passed over.</param>
    /// <param name="exclude">Entries to leave out, with all that is below them; they are not counted.</param>
    /// <param name="isWanted">Whether files of a name are wanted at all; others are neither looked at nor counted.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> or
    /// <see cref="PeerError.FileNotReadable"/> for the folder itself.</exception>
    public abstract IEnumerable<FolderEntry> Enumerate(
        IReadOnlyList<string> folder, bool recurse, EntrySkips skips, Predicate<FolderEntry>? exclude = null, Predicate<string>? isWanted = null);

    /// <summary>Makes a folder and the folders above it, where they are missing.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationInvalid"/> when something else has the
    /// name, <see cref="PeerError.DestinationNotWritable"/>, <see cref="PeerError.DestinationFull"/> or
    /// <see cref="PeerError.NameRefused"/>.</exception>
    public abstract void EnsureFolder(ReadOnlySpan<string> segments);

    /// <summary>Begins a file that will get its name when it is complete, where there is room for it; space is reserved
    /// a step ahead of what is written.</summary>
    /// <param name="expectedLength">Bytes that are to come; 0 when unknown.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/> or
    /// <see cref="PeerError.DestinationNotWritable"/>.</exception>
    public abstract StagedFile Stage(long expectedLength);

    /// <summary>Puts a file that is there, its name and its folders on stable storage, whoever wrote them.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>,
    /// <see cref="PeerError.DestinationNotWritable"/> or <see cref="PeerError.DestinationFull"/>.</exception>
    public abstract void MakeDurable(ReadOnlySpan<string> segments);

    /// <summary>Opens the folder of partial files that outlive this process, or answers null when it has to be made and
    /// must not, or cannot be used.</summary>
    public abstract KeptFolder? OpenKept(bool create);

    /// <summary>Closes the folder and removes what is left of staging.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A name below the root, fit for messages.</summary>
    public string Show(ReadOnlySpan<string> segments)
    {
        string path = LocalPath;
        foreach (string segment in segments)
        {
            path = path.EndsWith(Path.DirectorySeparatorChar) ? path + segment : path + Path.DirectorySeparatorChar + segment;
        }

        return Printable.Escape(path);
    }

    /// <summary>Closes the folder and removes what is left of staging.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Whether every segment satisfies the wire's rules and none is the staging folder's name.</summary>
    protected static bool IsAllowed(ReadOnlySpan<string> segments)
    {
        foreach (string segment in segments)
        {
            if (WirePathSegment.Check(segment, out _) != WireNameFault.None || IsStaging(segment))
            {
                return false;
            }
        }

        return segments.Length is > 0 and <= WirePath.MaximumSegments;
    }

    /// <summary>Answers a name that may not be read as if it did not exist.</summary>
    protected void GuardReading(ReadOnlySpan<string> segments)
    {
        if (!IsAllowed(segments))
        {
            throw new PeerShareException(PeerError.FileNotFound, Show(segments));
        }
    }

    /// <summary>Refuses a name that may not be made.</summary>
    protected void GuardWriting(ReadOnlySpan<string> segments)
    {
        if (!IsAllowed(segments))
        {
            throw new PeerShareException(PeerError.NameRefused, Show(segments));
        }
    }

    /// <summary>Tries out how the file system treats names.</summary>
    protected abstract DestinationNames Probe();

    private static string? FileOnTheWay(string path)
    {
        for (string? at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(at))
            {
                return at;
            }
        }

        return null;
    }

    private static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (IOException e) when (FileOnTheWay(path) is string file)
        {
            throw new PeerShareException(PeerError.DestinationInvalid, path, $"{file} is a file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new PeerShareException(PeerError.DestinationNotWritable, path, e.Message, e);
        }
    }
}
