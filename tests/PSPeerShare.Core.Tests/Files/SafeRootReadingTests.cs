using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.Protocol;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class SafeRootReadingTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly string _root;

    public SafeRootReadingTests()
    {
        _root = _temp["root"];
        Directory.CreateDirectory(_temp["root", "sub", "deep"]);
        File.WriteAllText(_temp["root", "sub", "deep", "file.txt"], "inside");
        File.WriteAllText(_temp["secret.txt"], "outside");
    }

    public static TheoryData<string> Ways => AlteredCalls.Ways;

    public static TheoryData<string> LinuxNames =>
    [
        "log-2026-11-22T18:50", "Index.html", "index.html", "INDEX.HTML", "back\\slash", "..\\..\\evil", "[a].txt", "a*?.txt",
        "-rf", " leading and trailing ", "dots...", "CON", "nul.txt", "한국어 파일.txt", "😀🚀.png", "e\u0301", "\u00E9",
        "quote\"'`$(id)", "a\u202Eb", "~", "%2e%2e", "...", "AUX.c", "x\u2028y", "C:", "#1", "a|b", "<tag>",
    ];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_file_in_folders_opens_with_its_facts(string way)
    {
        using UnixSafeRoot root = UnixSafeRoot.Open(_root, AlteredCalls.For(way));
        DateTime modified = new(2026, 11, 22, 1, 2, 3, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_temp["root", "sub", "deep", "file.txt"], modified);

        using SafeFileHandle handle = root.OpenRead(["sub", "deep", "file.txt"], out FileFacts facts);

        Assert.Equal("inside", Read(handle));
        Assert.Equal(6, facts.Length);
        Assert.Equal((modified - DateTime.UnixEpoch).Ticks * 100, facts.ModifiedUnixNs);
        Assert.Equal(facts, SafeRoot.Stat(handle));
        Assert.True(root.TryStat(["sub", "deep", "file.txt"], out EntryFacts entry));
        Assert.Equal(new EntryFacts(false, facts), entry);
    }

    [Theory]
    [MemberData(nameof(LinuxNames))]
    public void A_name_that_is_legal_on_linux_is_served_as_it_is(string name)
    {
        File.WriteAllText(Path.Join(_root, name), name);
        using SafeRoot root = SafeRoot.Open(_root);

        using SafeFileHandle handle = root.OpenRead([name], out _);

        Assert.Equal(name, Read(handle));
        Assert.Contains(root.Enumerate([], false, new EntrySkips()), entry => entry.Name == name);
    }

    [Theory]
    [InlineData('x', 255)]
    [InlineData('가', 85)]
    public void A_name_of_255_bytes_is_served(char letter, int count)
    {
        string name = new(letter, count);
        File.WriteAllText(Path.Join(_root, name), "long");
        using SafeRoot root = SafeRoot.Open(_root);

        using SafeFileHandle handle = root.OpenRead([name], out _);

        Assert.Equal("long", Read(handle));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void No_link_is_followed_whether_it_is_the_file_or_a_folder_on_the_way(string way)
    {
        File.CreateSymbolicLink(_temp["root", "to-file"], _temp["secret.txt"]);
        File.CreateSymbolicLink(_temp["root", "to-inside"], "sub/deep/file.txt");
        Directory.CreateSymbolicLink(_temp["root", "up"], "..");
        Directory.CreateSymbolicLink(_temp["root", "sub", "across"], _temp["root", "sub", "deep"]);
        Directory.CreateSymbolicLink(_temp["root", "inside"], "sub");
        using UnixSafeRoot root = UnixSafeRoot.Open(_root, AlteredCalls.For(way));

        AssertMissing(root, "inside", "deep", "file.txt");
        AssertMissing(root, "up", "root", "sub", "deep", "file.txt");
        AssertMissing(root, "to-file");
        AssertMissing(root, "to-inside");
        AssertMissing(root, "up", "secret.txt");
        AssertMissing(root, "sub", "across", "file.txt");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Hostile_segments_open_nothing(string way)
    {
        using UnixSafeRoot root = UnixSafeRoot.Open(_root, AlteredCalls.For(way));
        foreach (byte[] bytes in HostileSegments.Refused())
        {
            string hostile = Encoding.Latin1.GetString(bytes);
            AssertMissing(root, hostile);
            AssertMissing(root, Encoding.UTF8.GetString(bytes));
            AssertMissing(root, "sub", hostile, "secret.txt");
            AssertMissing(root, hostile, "secret.txt");
        }

        AssertMissing(root, "..", "secret.txt");
        AssertMissing(root, _temp["secret.txt"]);
        AssertMissing(root, "sub/deep", "file.txt");
    }

    [Fact]
    public async Task Fifos_sockets_and_devices_count_as_missing_and_block_nobody()
    {
        RawNames.MakeFifo(_temp["root", "fifo"]);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_temp["root", "socket"]));
        using SafeRoot root = SafeRoot.Open(_root);
        using SafeRoot devices = SafeRoot.Open("/dev");

        Task looking = Task.Run(() =>
        {
            AssertMissing(root, "fifo");
            AssertMissing(root, "socket");
            AssertMissing(devices, "null");
            AssertMissing(devices, "tty");
        });

        await looking.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_folder_is_no_file_and_a_file_no_folder()
    {
        using SafeRoot root = SafeRoot.Open(_root);

        AssertNoFile(root, "sub");
        AssertMissing(root, "sub", "deep", "file.txt", "x");
        Assert.True(root.TryStat(["sub"], out EntryFacts folder));
        Assert.True(folder.IsFolder);
        Assert.True(root.TryStat([], out EntryFacts self));
        Assert.True(self.IsFolder);
    }

    [Fact]
    public void What_is_being_received_is_not_served()
    {
        Directory.CreateDirectory(_temp["root", SafeRoot.StagingName, "1"]);
        File.WriteAllText(_temp["root", SafeRoot.StagingName, "1", "half"], "half");
        Directory.CreateDirectory(_temp["root", "sub", SafeRoot.StagingName]);
        using SafeRoot root = SafeRoot.Open(_root);

        AssertMissing(root, SafeRoot.StagingName, "1", "half");
        AssertMissing(root, SafeRoot.StagingName.ToUpperInvariant(), "1", "half");
        Assert.DoesNotContain(root.Enumerate([], true, new EntrySkips()), entry => entry.Segments.Any(SafeRoot.IsStaging));
    }

    [Fact]
    public void A_file_that_may_not_be_read_says_so()
    {
        AlteredCalls calls = new() { RefuseOpen = name => name == "file.txt" ? AlteredCalls.Denied : 0 };
        using UnixSafeRoot root = UnixSafeRoot.Open(_root, calls);

        PeerShareException e = Assert.Throws<PeerShareException>(() => root.OpenRead(["sub", "deep", "file.txt"], out _));

        Assert.Equal(PeerError.FileNotReadable, e.Error);
        Assert.EndsWith("/sub/deep/file.txt", e.Target, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_grows_or_is_rewritten_after_opening_has_other_facts_even_if_its_time_is_put_back()
    {
        string path = _temp["root", "sub", "deep", "file.txt"];
        using SafeRoot root = SafeRoot.Open(_root);
        using SafeFileHandle handle = root.OpenRead(["sub", "deep", "file.txt"], out FileFacts facts);

        File.AppendAllText(path, "more");
        Assert.NotEqual(facts, SafeRoot.Stat(handle));

        // The clock of file times moves in steps, so keep changing until it has.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                File.WriteAllText(path, "inside");
                File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddTicks(facts.ModifiedUnixNs / 100));
                return facts != SafeRoot.Stat(handle) with { ModifiedUnixNs = facts.ModifiedUnixNs };
            },
            TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_sparse_file_of_five_gibibytes_has_its_length_and_opens_at_once()
    {
        const long Length = (5L << 30) + 123;
        using (FileStream file = File.Create(_temp["root", "sparse.bin"]))
        {
            file.SetLength(Length);
        }

        using SafeRoot root = SafeRoot.Open(_root);
        using SafeFileHandle handle = root.OpenRead(["sparse.bin"], out FileFacts facts);

        Assert.Equal(Length, facts.Length);
        Assert.Equal(1, RandomAccess.Read(handle, new byte[16], Length - 1));
    }

    [Fact]
    public void A_root_that_is_missing_a_file_or_unreadable_says_which()
    {
        AlteredCalls calls = new() { RefuseOpen = _ => AlteredCalls.Denied };

        Assert.Equal(PeerError.PathNotFound, Error(() => SafeRoot.Open(_temp["none"])));
        Assert.Equal(PeerError.DestinationInvalid, Error(() => SafeRoot.Open(_temp["secret.txt"])));
        Assert.Equal(PeerError.PathNotReadable, Error(() => UnixSafeRoot.Open(_root, calls)));
    }

    [Fact]
    public void A_root_that_the_user_names_through_a_link_is_opened()
    {
        Directory.CreateSymbolicLink(_temp["link"], _root);
        using SafeRoot root = SafeRoot.Open(_temp["link"]);

        using SafeFileHandle handle = root.OpenRead(["sub", "deep", "file.txt"], out _);

        Assert.Equal("inside", Read(handle));
    }

    [Fact]
    public void A_folder_that_was_replaced_is_read_as_it_is_now()
    {
        using SafeRoot root = SafeRoot.Open(_root);
        root.OpenRead(["sub", "deep", "file.txt"], out _).Dispose();
        Directory.Move(_temp["root", "sub"], _temp["root", "old"]);
        Directory.CreateDirectory(_temp["root", "sub", "deep"]);
        File.WriteAllText(_temp["root", "sub", "deep", "file.txt"], "new");

        using SafeFileHandle handle = root.OpenRead(["sub", "deep", "file.txt"], out _);

        Assert.Equal("new", Read(handle));
    }

    private static string Read(SafeFileHandle handle)
    {
        byte[] buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(handle, buffer, 0));
    }

    private static PeerError Error(Func<object> action) => Assert.Throws<PeerShareException>(action).Error;

    private static void AssertMissing(SafeRoot root, params string[] segments)
    {
        AssertNoFile(root, segments);
        Assert.False(root.TryStat(segments, out _));
    }

    private static void AssertNoFile(SafeRoot root, params string[] segments) =>
        Assert.Equal(PeerError.FileNotFound, Error(() => root.OpenRead(segments, out _)));
}
