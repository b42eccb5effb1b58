using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class DestinationErrorTests : IDisposable
{
    private const ulong ReadOnlyMount = 1;

    private readonly TempFolder _temp = new();

    public static TheoryData<string> Ways => AlteredCalls.Ways;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_full_disk_is_said_at_once_when_the_length_is_known(string way)
    {
        using SmallDisk disk = new(_temp, "size=2m");
        using UnixSafeRoot root = UnixSafeRoot.Open(disk.Path, disk.Fill(AlteredCalls.For(way)));

        Assert.Equal(PeerError.DestinationFull, Error(() => root.Stage(64 << 20)));
        Assert.Empty(root.Enumerate([], true, new()));
    }

    [Theory]
    [InlineData(1L << 50)]
    [InlineData(long.MaxValue)]
    public void A_length_beyond_any_disk_takes_no_space_before_it_is_refused(long length)
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);

        Assert.Equal(PeerError.DestinationFull, Error(() => root.Stage(length)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_disk_that_fills_up_fails_the_write_leaves_no_name_and_works_again_afterwards(string way)
    {
        using SmallDisk disk = new(_temp, "size=2m");
        AlteredCalls calls = disk.Fill(AlteredCalls.For(way));
        using UnixSafeRoot root = UnixSafeRoot.Open(disk.Path, calls);
        using (StagedFile file = root.Stage(0))
        {
            byte[] block = new byte[100_000];
            Assert.Equal(PeerError.DestinationFull, Error(() =>
            {
                for (long offset = 0; offset < 64 << 20; offset += block.Length)
                {
                    file.Write(block, offset);
                }
            }));
        }

        calls.WriteError = 0;
        using StagedFile small = root.Stage(5);
        small.Write("small"u8, 0);
        small.Commit(["small"], CommitMode.NoReplace, null, false, out _);
        Assert.Equal(["small"], root.Enumerate([], true, new()).Select(entry => entry.Name));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_disk_without_room_for_another_name_says_full(string way)
    {
        using SmallDisk disk = new(_temp, "size=2m,nr_inodes=6");
        using UnixSafeRoot root = UnixSafeRoot.Open(disk.Path, disk.Fill(AlteredCalls.For(way)));
        List<StagedFile> staged = [];
        try
        {
            Assert.Equal(PeerError.DestinationFull, Error(() =>
            {
                for (int i = 0; i < 10; i++)
                {
                    staged.Add(root.Stage(0));
                    staged[^1].Write("x"u8, 0);
                }
            }));
        }
        finally
        {
            staged.ForEach(file => file.Dispose());
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_destination_that_is_read_only_says_so(string way)
    {
        string folder = _temp["disk"];
        Directory.CreateDirectory(folder);
        bool isMounted = RawNames.TryMount(folder, "size=1m", ReadOnlyMount);
        try
        {
            AlteredCalls calls = isMounted ? AlteredCalls.For(way) : AllReadOnly();
            using UnixSafeRoot root = UnixSafeRoot.Open(folder, calls);

            Assert.Equal(PeerError.DestinationNotWritable, Error(() => root.Stage(10)));
            Assert.Equal(PeerError.DestinationNotWritable, Error(() => root.EnsureFolder(["sub"])));
        }
        finally
        {
            if (isMounted)
            {
                RawNames.Unmount(folder);
            }
        }
    }

    [Fact]
    public void A_folder_where_a_file_or_a_link_stands_is_refused()
    {
        File.WriteAllText(_temp["file"], "");
        Directory.CreateDirectory(_temp["real"]);
        Directory.CreateSymbolicLink(_temp["link"], _temp["real"]);
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using StagedFile staged = root.Stage(0);

        foreach (string taken in (string[])["file", "link"])
        {
            Assert.Equal(PeerError.DestinationInvalid, Error(() => root.EnsureFolder([taken])));
            Assert.Equal(PeerError.DestinationInvalid, Error(() => root.EnsureFolder([taken, "below"])));
            Assert.Equal(
                PeerError.DestinationInvalid,
                Error(() => staged.Commit([taken, "below"], CommitMode.Replace, null, false, out _)));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_temp["real"]));
    }

    [Fact]
    public void A_root_is_made_on_request_and_a_file_in_its_place_is_named()
    {
        File.WriteAllText(_temp["file"], "");

        SafeRoot.Open(_temp["a", "b"], create: true).Dispose();

        Assert.True(Directory.Exists(_temp["a", "b"]));
        Assert.Equal(PeerError.DestinationInvalid, Error(() => SafeRoot.Open(_temp["file"], create: true)));
        Assert.Equal(PeerError.DestinationInvalid, Error(() => SafeRoot.Open(_temp["file", "x"], create: true)));
        Assert.Equal(PeerError.DestinationNotWritable, Error(() => SafeRoot.Open("/proc/none/here", create: true)));
    }

    [Fact]
    public void A_name_that_was_never_checked_is_refused_here_too()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using StagedFile staged = root.Stage(0);

        foreach (string[] target in (string[][])[[".."], ["a", "..", "b"], ["a/b"], [""], [], [SafeRoot.StagingName, "x"]])
        {
            Assert.Equal(
                PeerError.NameRefused, Error(() => staged.Commit(target, CommitMode.NoReplace, null, false, out _)));
            if (target.Length > 0)
            {
                Assert.Equal(PeerError.NameRefused, Error(() => root.EnsureFolder(target)));
            }
        }

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    private static AlteredCalls AllReadOnly() => new()
    {
        RefuseOpen = name => name == "." ? 0 : AlteredCalls.ReadOnlyFileSystem,
    };

    private static PeerError Error(Action action) => Assert.Throws<PeerShareException>(action).Error;

    /// <summary>A file system in memory with little room; a user who may not mount gets calls that answer as it does.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly bool _isMounted;

        public SmallDisk(TempFolder temp, string options)
        {
            Path = temp["disk"];
            Directory.CreateDirectory(Path);
            _isMounted = RawNames.TryMount(Path, options);
        }

        public string Path { get; }

        public AlteredCalls Fill(AlteredCalls calls)
        {
            calls.WriteError = _isMounted ? 0 : AlteredCalls.Full;
            return calls;
        }

        public void Dispose()
        {
            if (_isMounted)
            {
                RawNames.Unmount(Path);
            }
        }
    }
}
