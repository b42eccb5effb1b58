using System.Runtime.Versioning;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

[UnsupportedOSPlatform("windows")]
public sealed class StagedFileTests : IDisposable
{
    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly TempFolder _temp = new();

    public static TheoryData<string> Ways => AlteredCalls.Ways;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Nothing_takes_the_place_of_a_pipe_or_a_device(string way)
    {
        RawNames.MakeFifo(_temp["pipe"]);
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For(way));
        using StagedFile file = root.Stage(1);
        file.Write("x"u8, 0);

        PeerShareException error = Assert.Throws<PeerShareException>(
            () => file.Commit(["pipe"], CommitMode.Replace, null, durable: false, out _));

        Assert.Equal(PeerError.DestinationInvalid, error.Error);

        Assert.Equal(0, new FileInfo(_temp["pipe"]).Length);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_committed_file_has_its_name_content_and_time_and_nothing_else_is_left(string way)
    {
        const long Modified = 1_234_567_890_123_456_789;
        using (UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For(way)))
        {
            using StagedFile file = root.Stage(5);
            file.Write("hel"u8, 0);
            file.Write("lo"u8, 3);
            file.Commit(["new", "folders", "a.txt"], CommitMode.NoReplace, Modified, durable: false, out string name);

            Assert.Equal("a.txt", name);
            Assert.True(root.TryStat(["new", "folders", "a.txt"], out EntryFacts facts));
            Assert.Equal(Modified, facts.Facts.ModifiedUnixNs);
        }

        Assert.Equal("hello", File.ReadAllText(_temp["new", "folders", "a.txt"]));
        Assert.Equal(AnyExecute & 0, File.GetUnixFileMode(_temp["new", "folders", "a.txt"]) & AnyExecute);
        Assert.Equal(["new"], Names(_temp.Path));
        Assert.Equal(["a.txt"], Names(_temp["new", "folders"]));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_file_that_is_not_committed_leaves_nothing(string way)
    {
        using (UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For(way)))
        {
            using StagedFile file = root.Stage(1 << 20);
            file.Write(new byte[1000], 0);
        }

        Assert.Empty(Names(_temp.Path));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_taken_name_is_kept_and_the_staged_file_can_still_get_another(string way)
    {
        File.WriteAllText(_temp["a.txt"], "mine");
        Directory.CreateDirectory(_temp["folder"]);
        File.CreateSymbolicLink(_temp["link"], _temp["nowhere"]);
        using (UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For(way)))
        {
            using StagedFile file = Staged(root, "theirs");
            foreach (string taken in (string[])["a.txt", "folder", "link"])
            {
                Assert.Equal(PeerError.DestinationExists, Error(() => Commit(file, CommitMode.NoReplace, taken)));
            }

            Commit(file, CommitMode.NoReplace, "b.txt");
        }

        Assert.Equal("mine", File.ReadAllText(_temp["a.txt"]));
        Assert.Equal("theirs", File.ReadAllText(_temp["b.txt"]));
        Assert.False(File.Exists(_temp["nowhere"]));
        Assert.Equal(["a.txt", "b.txt", "folder", "link"], Names(_temp.Path));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_new_name_is_the_next_free_one(string way)
    {
        File.WriteAllText(_temp["a.tar"], "1");
        File.WriteAllText(_temp["a (2).tar"], "2");
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For(way));
        using StagedFile file = Staged(root, "3");

        Assert.Equal("a (3).tar", Commit(file, CommitMode.NewName, "a.tar"));

        Assert.Equal("3", File.ReadAllText(_temp["a (3).tar"]));
        Assert.Equal(["1", "2"], [File.ReadAllText(_temp["a.tar"]), File.ReadAllText(_temp["a (2).tar"])]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Replacing_takes_the_place_of_a_file_or_of_a_link_itself_and_never_of_a_folder(string way)
    {
        File.WriteAllText(_temp["outside.txt"], "untouched");
        Directory.CreateDirectory(_temp["root", "folder"]);
        File.WriteAllText(_temp["root", "a.txt"], "old");
        File.CreateSymbolicLink(_temp["root", "link"], _temp["outside.txt"]);
        using (UnixSafeRoot root = UnixSafeRoot.Open(_temp["root"], AlteredCalls.For(way)))
        {
            using StagedFile a = Staged(root, "new a");
            using StagedFile link = Staged(root, "new link");
            using StagedFile folder = Staged(root, "new folder");

            Commit(a, CommitMode.Replace, "a.txt");
            Commit(link, CommitMode.Replace, "link");
            Assert.Equal(PeerError.DestinationInvalid, Error(() => Commit(folder, CommitMode.Replace, "folder")));
        }

        Assert.Equal("new a", File.ReadAllText(_temp["root", "a.txt"]));
        Assert.Equal("new link", File.ReadAllText(_temp["root", "link"]));
        Assert.Null(new FileInfo(_temp["root", "link"]).LinkTarget);
        Assert.Equal("untouched", File.ReadAllText(_temp["outside.txt"]));
        Assert.Equal(["a.txt", "folder", "link"], Names(_temp["root"]));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_final_name_never_shows_part_of_the_content(string way)
    {
        byte[] content = new byte[200_000];
        new Random(1).NextBytes(content);
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For(way));
        using CancellationTokenSource done = new();
        List<long> seen = [];
        Thread watcher = new(() =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (string path in Directory.GetFiles(_temp.Path))
                {
                    byte[] found = File.ReadAllBytes(path);
                    lock (seen)
                    {
                        seen.Add(found.AsSpan().SequenceEqual(content) ? content.Length : -1);
                    }
                }
            }
        });
        watcher.Start();

        for (int i = 0; i < 200; i++)
        {
            using StagedFile file = root.Stage(content.Length);
            for (int offset = 0; offset < content.Length; offset += 50_000)
            {
                file.Write(content.AsSpan(offset, 50_000), offset);
            }

            Commit(file, i % 2 == 0 ? CommitMode.Replace : CommitMode.NewName, "a.bin");
        }

        done.Cancel();
        watcher.Join();
        Assert.DoesNotContain(-1, seen);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_durable_commit_syncs_the_file_before_it_has_a_name_and_the_folders_after(string way)
    {
        AlteredCalls calls = AlteredCalls.For(way);
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using StagedFile file = Staged(root, "x");

        file.Commit(["new", "a"], CommitMode.NoReplace, 1, durable: true, out _);

        Assert.Equal(["time", "sync file", "name a", "sync folder", "sync folder"], calls.Changes);
    }

    [Fact]
    public void A_file_that_is_there_already_is_made_durable_with_its_name_and_its_folders()
    {
        Directory.CreateDirectory(_temp["new"]);
        File.WriteAllText(_temp["new", "a"], "there");
        AlteredCalls calls = new();
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);

        root.MakeDurable(["new", "a"]);

        Assert.Equal(["sync file", "sync folder", "sync folder"], calls.Changes);
        calls.SyncError = 5;
        Assert.Equal(PeerError.DestinationNotWritable, Error(() => root.MakeDurable(["new", "a"])));
    }

    [Fact]
    public void A_commit_that_is_not_durable_syncs_nothing()
    {
        AlteredCalls calls = AlteredCalls.For("newest kernel");
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using StagedFile file = Staged(root, "x");

        Commit(file, CommitMode.NoReplace, "a");

        Assert.Equal(["name a"], calls.Changes);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_failed_sync_fails_the_commit_and_gives_no_name(string way)
    {
        AlteredCalls calls = AlteredCalls.For(way);
        calls.SyncError = 5;
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using StagedFile file = Staged(root, "x");

        Assert.Equal(
            PeerError.DestinationNotWritable,
            Error(() => file.Commit(["a"], CommitMode.NoReplace, null, durable: true, out _)));
        Assert.False(File.Exists(_temp["a"]));
    }

    [Fact]
    public void A_folder_below_that_is_another_file_system_gets_the_file_by_a_copy_of_its_own()
    {
        AlteredCalls calls = new() { LinksNowhere = true };
        byte[] content = new byte[700_001];
        new Random(2).NextBytes(content);
        using (UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls))
        {
            using StagedFile file = root.Stage(content.Length);
            file.Write(content, 0);
            file.Commit(["mounted", "a.bin"], CommitMode.NoReplace, 1_000_000_000, durable: true, out _);
        }

        Assert.Equal(content, File.ReadAllBytes(_temp["mounted", "a.bin"]));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1), File.GetLastWriteTimeUtc(_temp["mounted", "a.bin"]));
        Assert.Equal(["a.bin"], Names(_temp["mounted"]));
        Assert.Equal(["mounted"], Names(_temp.Path));
    }

    [Fact]
    public void A_folder_that_was_removed_between_two_commits_is_made_again()
    {
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For("newest kernel"));
        using StagedFile first = Staged(root, "1");
        using StagedFile second = Staged(root, "2");
        first.Commit(["a", "b", "first"], CommitMode.NoReplace, null, false, out _);
        Directory.Delete(_temp["a"], recursive: true);

        second.Commit(["a", "b", "second"], CommitMode.NoReplace, null, false, out _);

        Assert.Equal("2", File.ReadAllText(_temp["a", "b", "second"]));
    }

    [Fact]
    public void Several_threads_stage_and_commit_into_one_root()
    {
        using (UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, AlteredCalls.For("newest kernel")))
        {
            Parallel.For(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                using StagedFile file = Staged(root, $"{i}");
                file.Commit([$"f{i % 20}", $"g{i % 3}", $"{i}"], CommitMode.NoReplace, i, false, out _);
            });
        }

        string[] files = Directory.GetFiles(_temp.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(600, files.Length);
        Assert.All(files, path => Assert.Equal(Path.GetFileName(path), File.ReadAllText(path)));
    }

    private static StagedFile Staged(SafeRoot root, string content)
    {
        StagedFile file = root.Stage(content.Length);
        file.Write(System.Text.Encoding.UTF8.GetBytes(content), 0);
        return file;
    }

    private static string Commit(StagedFile file, CommitMode mode, string name)
    {
        file.Commit([name], mode, null, durable: false, out string finalName);
        return finalName;
    }

    private static PeerError Error(Action action) => Assert.Throws<PeerShareException>(action).Error;

    private static IEnumerable<string> Names(string folder) =>
        Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
