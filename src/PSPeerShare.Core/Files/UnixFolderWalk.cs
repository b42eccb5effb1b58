using System.Text;
using System.Text.Unicode;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Files;

/// <summary>A depth-first walk that holds one open folder and one buffer a level, whatever the number of entries.</summary>
internal sealed class UnixFolderWalk : IDisposable
{
    // One segment of a wire name is the share's.
    private const int MaximumDepth = WirePath.MaximumSegments - 1;

    private readonly UnixFileCalls _calls;
    private readonly bool _recurse;
    private readonly EntrySkips _skips;
    private readonly Predicate<FolderEntry>? _exclude;
    private readonly Predicate<string>? _isWanted;
    private readonly Stack<(FolderReader Reader, string[] Segments)> _levels = new();
    private bool _isFolderPending;

    public UnixFolderWalk(
        UnixFileCalls calls,
        int folder,
        string[] segments,
        bool recurse,
        EntrySkips skips,
        Predicate<FolderEntry>? exclude,
        Predicate<string>? isWanted)
    {
        _calls = calls;
        _recurse = recurse;
        _skips = skips;
        _exclude = exclude;
        _isWanted = isWanted;
        _levels.Push((calls.ReadFolder(folder), segments));
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

        while (_levels.TryPeek(out (FolderReader Reader, string[] Segments) level))
        {
            int result = level.Reader.Read();
            if (result <= 0)
            {
                if (result < 0)
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
        while (_levels.TryPop(out (FolderReader Reader, string[] Segments) level))
        {
            level.Reader.Dispose();
        }
    }

    private bool TryTake(FolderReader reader, string[] folder, out FolderEntry entry)
    {
        entry = default;
        if (reader.Kind is EntryKind.Link)
        {
            _skips.AddLink();
            return false;
        }

        if (reader.Kind is EntryKind.Special)
        {
            _skips.AddSpecial();
            return false;
        }

        ReadOnlySpan<byte> name = reader.Name[..^1];
        if (!Utf8.IsValid(name))
        {
            _skips.AddUndecodable(folder);
            return false;
        }

        string text = Encoding.UTF8.GetString(name);
        if (WirePathSegment.Check(text, out _) != WireNameFault.None)
        {
            _skips.AddUnnameable(folder);
            return false;
        }

        // Looking at a file costs more than all the rest, and where few are wanted most need no look.
        bool isPassed = SafeRoot.IsStaging(text) || (reader.Kind is EntryKind.File && _isWanted?.Invoke(text) == false);
        return !isPassed && TryLook(reader, folder, text, out entry);
    }

    private bool TryLook(FolderReader reader, string[] folder, string name, out FolderEntry entry)
    {
        entry = default;
        int result = _calls.Stat(reader.Folder, reader.Name, out UnixStat stat);
        if (result < 0)
        {
            // Gone since it was listed is no loss worth counting.
            if (!UnixErrors.IsMissing(-result))
            {
                _skips.AddUnreadable(folder);
            }

            return false;
        }

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

        FileFacts facts = stat.Facts;
        entry = new FolderEntry(folder, name, stat.IsFolder, facts.Length, facts.ModifiedUnixNs) { Facts = facts };
        return true;
    }

    private void Enter()
    {
        (FolderReader reader, _) = _levels.Peek();
        string[] segments = Current.Segments;
        if (segments.Length >= MaximumDepth || Encoding.UTF8.GetByteCount(string.Join('/', segments)) >= WirePath.MaximumBytes - 512)
        {
            _skips.AddUnnameable(segments[..^1]);
            return;
        }

        int folder = _calls.Open(
            reader.Folder, Current.Name, OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow);
        if (folder >= 0)
        {
            _levels.Push((_calls.ReadFolder(folder), segments));
        }
        else if (!UnixErrors.IsMissing(-folder))
        {
            _skips.AddUnreadableFolder(Show(segments), segments);
        }
    }

    private static string Show(string[] segments) => Printable.Escape(string.Join('/', segments));
}
