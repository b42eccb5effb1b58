using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class SafeRootWalkTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_walk_meets_every_folder_and_file_once_and_folders_before_what_is_in_them()
    {
        string[] files = ["a.txt", "b/c.txt", "b/d/e.txt", "b/d/f/g.txt", "h/i.txt"];
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_temp[file])!);
            File.WriteAllText(_temp[file], file);
        }

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        EntrySkips skips = new();
        List<FolderEntry> entries = [.. root.Enumerate([], recurse: true, skips)];
        List<string> names = [.. entries.Select(entry => string.Join('/', entry.Segments))];

        Assert.Equal(
            files.Concat(["b", "b/d", "b/d/f", "h"]).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        foreach (string name in names.Where(name => name.Contains('/', StringComparison.Ordinal)))
        {
            Assert.Contains(name[..name.LastIndexOf('/')], names[..names.IndexOf(name)]);
        }

        Assert.All(entries.Where(e => !e.IsFolder), e => Assert.Equal(string.Join('/', e.Segments).Length, e.Length));
        Assert.Equal(0, skips.Total);
        Assert.Equal(["c.txt", "d"], root.Enumerate(["b"], false, skips).Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_passed_over_is_counted_by_its_reason()
    {
        File.WriteAllText(_temp["plain"], "");
        File.CreateSymbolicLink(_temp["link"], _temp["plain"]);
        Directory.CreateSymbolicLink(_temp["loop"], ".");
        File.CreateSymbolicLink(_temp["dangling"], _temp["nothing"]);
        RawNames.MakeFifo(_temp["fifo"]);
        using IDisposable notText = RawNames.MakeFile(_temp.Path, [0xFF, 0xFE]);
        using IDisposable latin = RawNames.MakeFile(_temp.Path, [.. "caf"u8, 0xE9]);
        File.WriteAllText(_temp["new\nline"], "");
        File.WriteAllText(_temp["escape\u001B[31m"], "");

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        EntrySkips skips = new();

        Assert.Equal(["plain"], root.Enumerate([], recurse: true, skips).Select(entry => entry.Name));
        Assert.Equal(3, skips.Links);
        Assert.Equal(1, skips.Special);
        Assert.Equal(2, skips.Undecodable);
        Assert.Equal(2, skips.Unnameable);
        Assert.Equal(0, skips.Unreadable);
        Assert.Equal(8, skips.Total);
    }

    [Fact]
    public void A_folder_that_may_not_be_read_is_reported_once_and_the_walk_goes_on()
    {
        Directory.CreateDirectory(_temp["closed"]);
        Directory.CreateDirectory(_temp["open"]);
        File.WriteAllText(_temp["open", "file"], "");
        AlteredCalls calls = new() { RefuseOpen = name => name == "closed" ? AlteredCalls.Denied : 0 };
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        EntrySkips skips = new();

        List<string> names = [.. root.Enumerate([], true, skips).Select(e => e.Name).Order(StringComparer.Ordinal)];

        Assert.Equal(["closed", "file", "open"], names);
        Assert.Equal(1, skips.Unreadable);
        Assert.Equal(["closed"], skips.UnreadableFolders);
        PeerShareException e = Assert.Throws<PeerShareException>(() => root.Enumerate(["closed"], true, new()).Count());
        Assert.Equal(PeerError.FileNotReadable, e.Error);
    }

    [Fact]
    public void Walking_a_missing_folder_or_through_a_link_fails()
    {
        Directory.CreateDirectory(_temp["real"]);
        Directory.CreateSymbolicLink(_temp["link"], _temp["real"]);
        using SafeRoot root = SafeRoot.Open(_temp.Path);

        foreach (string[] folder in (string[][])[["none"], ["link"], [".."], ["real", ".."]])
        {
            PeerShareException e = Assert.Throws<PeerShareException>(() => root.Enumerate(folder, true, new()).Count());
            Assert.Equal(PeerError.FileNotFound, e.Error);
        }
    }

    [Fact]
    public void Files_of_names_that_nobody_wants_are_passed_over_and_folders_are_not()
    {
        Directory.CreateDirectory(_temp["b.md", "c"]);
        File.WriteAllText(_temp["a.txt"], "");
        File.WriteAllText(_temp["a.md"], "");
        File.WriteAllText(_temp["b.md", "c", "d.txt"], "");
        using SafeRoot root = SafeRoot.Open(_temp.Path);

        Assert.Equal(
            ["a.txt", "b.md", "c", "d.txt"],
            root.Enumerate([], true, new(), isWanted: name => name.EndsWith(".txt", StringComparison.Ordinal)).Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Excluded_folders_are_neither_shown_nor_entered()
    {
        Directory.CreateDirectory(_temp[".git", "objects"]);
        File.WriteAllText(_temp[".git", "config"], "");
        File.WriteAllText(_temp["readme"], "");
        List<string> seen = [];
        using SafeRoot root = SafeRoot.Open(_temp.Path);

        Predicate<FolderEntry> exclude = entry =>
        {
            seen.Add(entry.Name);
            return entry.Name == ".git";
        };

        Assert.Equal(["readme"], root.Enumerate([], true, new(), exclude).Select(entry => entry.Name));
        Assert.Equal([".git", "readme"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_tree_too_deep_for_the_wire_is_cut_off_and_counted()
    {
        string path = _temp.Path;
        for (int depth = 0; depth < 70; depth++)
        {
            path = Path.Join(path, "d");
            Directory.CreateDirectory(path);
        }

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        EntrySkips skips = new();

        Assert.Equal(63, root.Enumerate([], true, skips).Max(entry => entry.Segments.Length));
        Assert.Equal(1, skips.Unnameable);
    }

    [Fact]
    public void A_million_entries_are_streamed_and_never_held()
    {
        EndlessCalls calls = new(entries: 1_000_000);
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        WeakReference<string>[] sample = new WeakReference<string>[1000];
        int count = 0;

        foreach (FolderEntry entry in root.Enumerate([], true, new()))
        {
            if (count % 1000 == 0)
            {
                sample[count / 1000] = new WeakReference<string>(entry.Name);
            }

            if (++count == 1)
            {
                Assert.Equal(1, calls.Reads);
            }
        }

        GC.Collect();
        Assert.Equal(1_000_000, count);
        Assert.InRange(sample.Count(name => name.TryGetTarget(out _)), 0, 10);
    }

    [Fact]
    public void A_walk_that_is_left_early_closes_its_folders()
    {
        Directory.CreateDirectory(_temp["a", "b", "c"]);
        using SafeRoot root = SafeRoot.Open(_temp.Path);

        Assert.Equal("c", root.Enumerate([], true, new()).Skip(2).First().Name);

        string[] open = [.. Directory.GetFiles("/proc/self/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "")];
        Assert.DoesNotContain(open, path => path.StartsWith(_temp["a"], StringComparison.Ordinal));
    }
}
