using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Files;

/// <summary>A depth-first walk that holds one open folder and one buffer a level, whatever the number of entries.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsFolderWalk : IDisposable
{
    private readonly bool _recurse;
    private readonly EntrySkips _skips;
    private readonly Predicate<FolderEntry>? _exclude;
    private readonly Predicate<string>? _isWanted;
    private readonly Stack<(WindowsFolderReader Reader, string[] Segments)> _levels = new();
    private bool _isFolderPending;

    public WindowsFolderWalk(
        SafeFileHandle folder, string[] segments, bool recurse, EntrySkips skips, Predicate<FolderEntry>? exclude, Predicate<string>? isWanted)
    {
        _recurse = recurse;
        _skips = skips;
        _exclude = exclude;
        _isWanted = isWanted;
        _levels.Push((new WindowsFolderReader(folder), segments));
    }

    /// <summary>The entry that the walk stands on.</summary>
    public FolderEntry Current { get; private set; }

    public bool MoveNext()
    {
        if (_isFolderPending)
        {
            _isFolderPending = false;
            Enter();
        }

        while (_levels.TryPeek(out (WindowsFolderReader Reader, string[] Segments) level))
        {
            uint status = level.Reader.Read();
            if (NtStatus.IsError(status))
            {
                if (status != NtStatus.NoMoreFiles)
                {
                    _skips.AddUnreadableFolder(Show(level.Segments), level.Segments);
                }

                _levels.Pop().Reader.Dispose();
            }
            else if (TryTake(level.Reader, level.Segments, out FolderEntry entry) && _exclude?.Invoke(entry) != true)
            {
                Current = entry;
                _isFolderPending = entry.IsFolder && _recurse;
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        while (_levels.TryPop(out (WindowsFolderReader Reader, string[] Segments) level))
        {
            level.Reader.Dispose();
        }
    }

    private static string Show(string[] segments) => Printable.Escape(string.Join('\\', segments));

    private bool TryTake(WindowsFolderReader reader, string[] folder, out FolderEntry entry)
    {
        entry = default;
        WindowsStat stat = reader.Stat;
        if (stat.IsLink)
        {
            _skips.AddLink();
            return false;
        }

        if (!stat.IsFolder && !stat.IsRegular)
        {
            _skips.AddSpecial();
            return false;
        }

        string name = reader.Name;
        WireNameFault fault = WirePathSegment.Check(name, out _);
        if (fault == WireNameFault.NotUtf8)
        {
            _skips.AddUndecodable(folder);
            return false;
        }

        // Names with a dot or space at the end exist, but no ordinary program can open them.
        if (fault != WireNameFault.None || LocalNames.WhyNotOnWindows(name) is not null)
        {
            _skips.AddUnnameable(folder);
            return false;
        }

        FileFacts facts = stat.Facts;
        entry = new FolderEntry(folder, name, stat.IsFolder, facts.Length, facts.ModifiedUnixNs) { Facts = facts };
        return !SafeRoot.IsStaging(name) && (stat.IsFolder || _isWanted?.Invoke(name) != false);
    }

    private void Enter()
    {
        string[] segments = Current.Segments;
        if (segments.Length >= WirePath.MaximumSegments - 1
            || Encoding.UTF8.GetByteCount(string.Join('/', segments)) >= WirePath.MaximumBytes - 512)
        {
            _skips.AddUnnameable(segments[..^1]);
            return;
        }

        uint status = WindowsFolder.OpenOne(_levels.Peek().Reader.Folder, Current.Name, out SafeFileHandle folder);
        if (!NtStatus.IsError(status))
        {
            _levels.Push((new WindowsFolderReader(folder), segments));
        }
        else if (!WindowsErrors.IsMissing(status))
        {
            _skips.AddUnreadableFolder(Show(segments), segments);
        }
    }
}
