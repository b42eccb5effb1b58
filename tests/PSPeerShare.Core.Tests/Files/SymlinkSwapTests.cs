using System.Text;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>Somebody swaps folders and files for links all the time; nothing may get out, in or over.</summary>
public sealed class SymlinkSwapTests : IDisposable
{
    private const int Rounds = 1000;

    // So often the link has to have taken the place, and given it back, while names were opened.
    private const int FewestSwaps = 10_000;

    private readonly TempFolder _temp = new();

    public SymlinkSwapTests()
    {
        Directory.CreateDirectory(_temp["outside", "sub"]);
        File.WriteAllText(_temp["outside", "sub", "file"], "outside");
        File.WriteAllText(_temp["outside", "file"], "outside");
        File.WriteAllText(_temp["outside", "only-outside"], "");
        Directory.CreateDirectory(_temp["root", "real", "sub"]);
        File.WriteAllText(_temp["root", "real", "sub", "file"], "inside");
        File.WriteAllText(_temp["root", "real", "file"], "inside");
        Directory.CreateSymbolicLink(_temp["root", "lure"], _temp["outside"]);
        File.CreateSymbolicLink(_temp["root", "file-lure"], _temp["outside", "file"]);
    }

    public static TheoryData<string> Ways => AlteredCalls.Ways;

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_folder_or_file_swapped_for_a_link_between_check_and_use_leads_nowhere(string way)
    {
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp["root"], AlteredCalls.For(way));
        using Swapper folders = new(_temp["root", "real"], _temp["root", "lure"]);
        int inside = 0;
        int missed = 0;
        for (int i = 0; i < Rounds || folders.Swaps < FewestSwaps; i++)
        {
            Read(root, ["real", "file"], ref inside, ref missed);
            Read(root, ["real", "sub", "file"], ref inside, ref missed);
            TryWrite(root, i);
            foreach (FolderEntry entry in root.Enumerate([], recurse: true, new EntrySkips()))
            {
                Assert.NotEqual("only-outside", entry.Name);
            }
        }

        Assert.True(inside > 0 && missed > 0, $"the race was not run: {inside} times inside, {missed} times refused");
        Assert.Equal(3, Directory.GetFileSystemEntries(_temp["outside"]).Length);
        Assert.Single(Directory.GetFileSystemEntries(_temp["outside", "sub"]));
        Assert.Equal("outside", File.ReadAllText(_temp["outside", "file"]));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_file_swapped_for_a_link_while_it_is_opened_is_never_followed(string way)
    {
        File.WriteAllText(_temp["root", "target"], "inside");
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp["root"], AlteredCalls.For(way));
        using Swapper files = new(_temp["root", "target"], _temp["root", "file-lure"]);
        int inside = 0;
        int missed = 0;
        for (int i = 0; i < 5 * Rounds || files.Swaps < FewestSwaps; i++)
        {
            Read(root, ["target"], ref inside, ref missed);
        }

        Assert.True(inside > 0 && missed > 0, $"the race was not run: {inside} times inside, {missed} times refused");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_target_swapped_for_a_link_while_it_is_replaced_is_replaced_itself(string way)
    {
        File.WriteAllText(_temp["root", "target"], "inside");
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp["root"], AlteredCalls.For(way));
        using Swapper files = new(_temp["root", "target"], _temp["root", "file-lure"]);
        for (int i = 0; i < Rounds || files.Swaps < FewestSwaps; i++)
        {
            using StagedFile staged = root.Stage(0);
            staged.Write("inside"u8, 0);
            staged.Commit(["target"], CommitMode.Replace, null, durable: false, out _);
            int inside = 0;
            int missed = 0;
            Read(root, ["target"], ref inside, ref missed);
        }

        Assert.Equal("outside", File.ReadAllText(_temp["outside", "file"]));
    }

    private static void Read(SafeRoot root, string[] segments, ref int inside, ref int missed)
    {
        Span<byte> buffer = stackalloc byte[16];
        try
        {
            using SafeFileHandle handle = root.OpenRead(segments, out _);
            int read = RandomAccess.Read(handle, buffer, 0);
            Assert.Equal("inside", Encoding.UTF8.GetString(buffer[..read]));
            inside++;
        }
        catch (PeerShareException e) when (e.Error == PeerError.FileNotFound)
        {
            missed++;
        }
    }

    private static void TryWrite(SafeRoot root, int number)
    {
        try
        {
            using StagedFile staged = root.Stage(0);
            staged.Commit(["real", "sub", $"n{number % 5}"], CommitMode.Replace, null, durable: false, out _);
            root.EnsureFolder(["real", $"folder{number % 5}"]);
        }
        catch (PeerShareException e) when (e.Error is PeerError.DestinationInvalid or PeerError.DestinationExists)
        {
        }
    }

    /// <summary>A thread that makes two names change places, in one step, again and again.</summary>
    private sealed class Swapper : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _isRunning = true;
        private int _swaps;

        public Swapper(string first, string second)
        {
            _thread = new Thread(() =>
            {
                while (_isRunning)
                {
                    RawNames.Exchange(first, second);
                    Volatile.Write(ref _swaps, _swaps + 1);
                }
            });
            _thread.Start();
        }

        public int Swaps => Volatile.Read(ref _swaps);

        public void Dispose()
        {
            _isRunning = false;
            _thread.Join();
        }
    }
}
