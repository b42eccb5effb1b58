using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>The root of Windows. Every segment is opened relative to the handle of the folder above it.</summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsSafeRoot : SafeRoot
{
    private const int FileNotFound = 2;
    private const int PathNotFound = 3;

    private readonly SafeFileHandle _root;

    private WindowsSafeRoot(string localPath, SafeFileHandle root)
        : base(localPath)
    {
        _root = root;
    }

    /// <summary>Opens a folder.</summary>
    public static WindowsSafeRoot OpenFolder(string path)
    {
        SafeFileHandle root = NtFile.OpenByPath(path);
        if (root.IsInvalid)
        {
            int error = Marshal.GetLastPInvokeError();
            PeerError kind = error is FileNotFound or PathNotFound ? PeerError.PathNotFound : PeerError.PathNotReadable;
            throw new PeerShareException(kind, Printable.Escape(path), Marshal.GetPInvokeErrorMessage(error));
        }

        uint status = NtFile.Stat(root, out WindowsStat stat);
        if (NtStatus.IsError(status) || (stat.Attributes & (uint)FileAttributes.Directory) == 0)
        {
            root.Dispose();
            throw new PeerShareException(PeerError.DestinationInvalid, Printable.Escape(path), "it is not a folder");
        }

        return new WindowsSafeRoot(path, root);
    }

    /// <summary>The facts of an open file.</summary>
    public static FileFacts StatHandle(SafeFileHandle handle)
    {
        uint status = NtFile.Stat(handle, out WindowsStat stat);
        return NtStatus.IsError(status) ? throw WindowsErrors.Reading(status, "open file") : stat.Facts;
    }

    /// <inheritdoc/>
    public override SafeFileHandle OpenRead(ReadOnlySpan<string> segments, out FileFacts facts)
    {
        uint status = OpenForReading(segments, NtAccess.ReadData, NtAccess.NotFolder, out SafeFileHandle handle, out WindowsStat stat);
        if (NtStatus.IsError(status) || !stat.IsRegular)
        {
            handle.Dispose();
            throw WindowsErrors.Reading(NtStatus.IsError(status) ? status : NtStatus.NameNotFound, Show(segments));
        }

        facts = stat.Facts;
        return handle;
    }

    /// <inheritdoc/>
    public override bool TryStat(ReadOnlySpan<string> segments, out EntryFacts facts)
    {
        facts = default;
        WindowsStat stat;
        uint status;
        if (segments.IsEmpty)
        {
            status = NtFile.Stat(_root, out stat);
            facts = new EntryFacts(true, stat.Facts);
            return NtStatus.IsError(status) ? throw WindowsErrors.Reading(status, Show(segments)) : true;
        }

        status = OpenForReading(segments, 0, 0, out SafeFileHandle handle, out stat);
        handle.Dispose();
        if (NtStatus.IsError(status))
        {
            return WindowsErrors.IsMissing(status) ? false : throw WindowsErrors.Reading(status, Show(segments));
        }

        facts = new EntryFacts(stat.IsFolder, stat.Facts);
        return stat.IsFolder || stat.IsRegular;
    }

    /// <inheritdoc/>
    public override IEnumerable<FolderEntry> Enumerate(
        IReadOnlyList<string> folder, bool recurse, EntrySkips skips, Predicate<FolderEntry>? exclude = null, Predicate<string>? isWanted = null)
    {
        string[] segments = [.. folder];
        SafeFileHandle handle;
        uint status = segments.Length == 0
            ? WindowsFolder.Reopen(_root, out handle)
            : OpenForReading(segments, NtAccess.ReadData, NtAccess.Folder, out handle, out _);
        if (NtStatus.IsError(status))
        {
            handle.Dispose();
            throw WindowsErrors.Reading(status, Show(segments));
        }

        using WindowsFolderWalk walk = new(handle, segments, recurse, skips, exclude, isWanted);
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
            _root.Dispose();
        }
    }

    // Folds case whatever the folder's own setting: a second name may be refused that would have fitted.
    protected override DestinationNames Probe() => new(FoldsCase: true, FoldsForm: false, IsWindowsLike: true);

    private static bool CanHold(ReadOnlySpan<string> segments)
    {
        foreach (string segment in segments)
        {
            if (LocalNames.WhyNotOnWindows(segment) is not null)
            {
                return false;
            }
        }

        return IsAllowed(segments);
    }

    private uint OpenForReading(
        ReadOnlySpan<string> segments, uint access, uint options, out SafeFileHandle handle, out WindowsStat stat)
    {
        handle = new SafeFileHandle(-1, ownsHandle: false);
        stat = default;
        if (!CanHold(segments))
        {
            return NtStatus.NameNotFound;
        }

        uint status = WindowsFolder.Open(_root, segments[..^1], out SafeFileHandle folder);
        using (folder)
        {
            status = NtStatus.IsError(status)
                ? status
                : NtFile.Open(folder, segments[^1], access, NtAccess.ShareAll, NtAccess.Open, options, out handle);
        }

        status = NtStatus.IsError(status) ? status : NtFile.Stat(handle, out stat);

        // A short name (GIT~1) is a second door to a file that the user may have excluded under its real one.
        return NtStatus.IsError(status) || !stat.IsLink && IsRealName(handle, segments) ? status : NtStatus.NameNotFound;
    }

    private static bool IsRealName(SafeFileHandle handle, ReadOnlySpan<string> segments) =>
        NtFile.FinalPath(handle).EndsWith(
            "\\" + string.Join('\\', segments!), StringComparison.OrdinalIgnoreCase);
}
