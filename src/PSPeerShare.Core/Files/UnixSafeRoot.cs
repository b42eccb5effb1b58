using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>The root of Linux and macOS. Every name is resolved by the kernel relative to an open folder.</summary>
internal sealed partial class UnixSafeRoot : SafeRoot
{
    private const int CurrentFolder = -100;
    private const uint FolderMode = 0x1FF;

    private readonly UnixFileCalls _calls;
    private readonly FolderCache _folders;
    private readonly bool _hasOpenBeneath;

    private UnixSafeRoot(UnixFileCalls calls, string localPath, int root)
        : base(localPath)
    {
        _calls = calls;
        _folders = new FolderCache(calls, root);

        // Old kernels do not know the call, and some container filters refuse what they do not know.
        int probe = calls.OpenBeneath(root, ".", OpenFlags.ReadOnly | OpenFlags.Folder);
        _hasOpenBeneath = probe >= 0;
        if (_hasOpenBeneath)
        {
            calls.Close(probe);
        }
    }

    /// <summary>Opens a folder through the given calls.</summary>
    public static UnixSafeRoot Open(string localPath, UnixFileCalls calls)
    {
        int root = calls.Open(CurrentFolder, localPath, OpenFlags.ReadOnly | OpenFlags.Folder);
        return root >= 0 ? new UnixSafeRoot(calls, localPath, root) : throw UnixErrors.OpeningRoot(-root, localPath);
    }

    /// <summary>The facts of an open file.</summary>
    public static FileFacts StatHandle(SafeFileHandle handle)
    {
        using HandleHold held = new(handle);
        int result = UnixFileCalls.System.Stat(held.File, out UnixStat stat);
        return result >= 0 ? stat.Facts : throw UnixErrors.Reading(-result, "open file");
    }

    /// <inheritdoc/>
    public override SafeFileHandle OpenRead(ReadOnlySpan<string> segments, out FileFacts facts)
    {
        GuardReading(segments);
        if (!TryOpen(segments[..^1], out FolderLease folder, out int error))
        {
            throw UnixErrors.Reading(error, Show(segments));
        }

        using FolderLease held = folder;
        int file = OpenRegular(folder, segments[^1], out facts);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw UnixErrors.Reading(-file, Show(segments));
    }

    /// <inheritdoc/>
    public override ReadableFolder OpenFolder(string[] segments)
    {
        if (segments.Length > 0)
        {
            GuardReading(segments);
        }

        return TryOpen(segments, out FolderLease folder, out int error)
            ? new UnixReadableFolder(this, folder, segments)
            : throw UnixErrors.Reading(error, Show(segments));
    }

    /// <summary>Opens a regular file of a folder for the caller, who closes it, or answers a negated error number.</summary>
    public int OpenRegular(FolderLease folder, string name, out FileFacts facts)
    {
        facts = default;
        if (!IsAllowed([name]))
        {
            return -Errno.NoEntry;
        }

        // Opening is not harmless for everything: a FIFO lets its waiting writer go, a tape rewinds. So look first.
        int result = _calls.Stat(folder.File, name, out UnixStat stat);
        if (result < 0 || !stat.IsRegular)
        {
            return result < 0 ? result : -Errno.NoEntry;
        }

        int file = _calls.Open(folder.File, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        if (file < 0)
        {
            return file;
        }

        result = _calls.Stat(file, out stat);
        if (result < 0 || !stat.IsRegular)
        {
            _calls.Close(file);
            return result < 0 ? result : -Errno.NoEntry;
        }

        facts = stat.Facts;
        return file;
    }

    /// <summary>
    /// Opens for the caller, who closes it, what was a regular file a moment ago; whether it still is one, its facts say.
    /// What has taken the name since is opened without waiting and without following a link.
    /// </summary>
    public int OpenKnown(FolderLease folder, string name) => IsAllowed([name])
        ? _calls.Open(folder.File, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking)
        : -Errno.NoEntry;

    /// <inheritdoc/>
    public override bool TryStat(ReadOnlySpan<string> segments, out EntryFacts facts)
    {
        facts = default;
        if (!segments.IsEmpty && !IsAllowed(segments))
        {
            return false;
        }

        if (!TryOpen(segments.IsEmpty ? segments : segments[..^1], out FolderLease folder, out int error))
        {
            return UnixErrors.IsMissing(error) ? false : throw UnixErrors.Reading(error, Show(segments));
        }

        using (folder)
        {
            int result = segments.IsEmpty
                ? _calls.Stat(folder.File, out UnixStat stat)
                : _calls.Stat(folder.File, segments[^1], out stat);
            if (result < 0)
            {
                return UnixErrors.IsMissing(-result) ? false : throw UnixErrors.Reading(-result, Show(segments));
            }

            facts = new EntryFacts(stat.IsFolder, stat.Facts);
            return stat.IsFolder || stat.IsRegular;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<FolderEntry> Enumerate(
        IReadOnlyList<string> folder, bool recurse, EntrySkips skips, Predicate<FolderEntry>? exclude = null, Predicate<string>? isWanted = null)
    {
        string[] segments = [.. folder];
        if (segments.Length > 0)
        {
            GuardReading(segments);
        }

        int file = OpenFolder(segments);
        if (file < 0)
        {
            throw UnixErrors.Reading(-file, Show(segments));
        }

        using UnixFolderWalk walk = new(_calls, file, segments, recurse, skips, exclude, isWanted);
        while (walk.MoveNext())
        {
            yield return walk.Current;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseStaging();
            _folders.Dispose();
        }
    }

    /// <summary>Opens the folder anew, so that a reader sees what has the name now.</summary>
    private bool TryOpen(ReadOnlySpan<string> segments, out FolderLease lease, out int error)
    {
        error = 0;
        if (segments.IsEmpty)
        {
            lease = _folders.LeaseRoot();
            return true;
        }

        int file = OpenFolder(segments);
        error = file < 0 ? -file : 0;
        lease = file < 0 ? default : _folders.LeaseOnce(file);
        return file >= 0;
    }

    /// <summary>Opens a folder below the root for the caller, who closes it, or answers a negated error number.</summary>
    private int OpenFolder(ReadOnlySpan<string> segments)
    {
        using FolderLease root = _folders.LeaseRoot();
        int flags = OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow;
        if (segments.IsEmpty)
        {
            return _calls.Open(root.File, ".", flags);
        }

        if (_hasOpenBeneath)
        {
            int file = _calls.OpenBeneath(root.File, string.Join('/', segments), flags);
            if (file != -Errno.Again)
            {
                return file;
            }
        }

        return OpenFolderByFolder(root.File, segments, flags);
    }

    private int OpenFolderByFolder(int root, ReadOnlySpan<string> segments, int flags)
    {
        int at = root;
        for (int i = 0; i < segments.Length; i++)
        {
            bool isLast = i == segments.Length - 1;
            int next = _calls.Open(at, segments[i], isLast ? flags : flags | OpenFlags.PathOnly);
            if (at != root)
            {
                _calls.Close(at);
            }

            if (next < 0)
            {
                return next;
            }

            at = next;
        }

        return at;
    }
}
