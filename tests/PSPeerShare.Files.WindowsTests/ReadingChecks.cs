using System.Text;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.Protocol;

namespace PSPeerShare.Files.WindowsTests;

internal sealed class ReadingChecks : Check
{
    public void A_file_in_folders_opens_with_its_facts()
    {
        string path = MakeFile("inside", "sub", "deep", "file.txt");
        DateTime modified = new(2026, 11, 22, 1, 2, 3, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, modified);
        using SafeRoot root = OpenRoot();

        using SafeFileHandle handle = root.OpenRead(["sub", "deep", "file.txt"], out FileFacts facts);

        Equal("inside", Read(handle));
        Equal(6L, facts.Length);
        Equal((modified - DateTime.UnixEpoch).Ticks * 100, facts.ModifiedUnixNs);
        Equal(facts, SafeRoot.Stat(handle));
        True(root.TryStat(["sub", "deep", "file.txt"], out EntryFacts entry), "it exists");
        Equal(new EntryFacts(false, facts), entry);
    }

    public void Names_of_all_scripts_are_served()
    {
        foreach (string name in (string[])["한국어 파일.txt", "😀🚀.png", "é", "e\u0301x", "[a].txt", "-rf", "a;b", new string('x', 200)])
        {
            MakeFile(name, name);
            using SafeRoot root = OpenRoot();
            using SafeFileHandle handle = root.OpenRead([name], out _);
            Equal(name, Read(handle));
        }
    }

    public void Hostile_segments_open_nothing()
    {
        MakeFile("outside", "secret.txt");
        MakeFile("inside", "root", "sub", "file.txt");
        using SafeRoot root = SafeRoot.Open(At("root"));
        foreach (string hostile in HostileSegments.Refused().Select(Encoding.Latin1.GetString)
            .Concat(["..\\secret.txt", "\\", "C:", "C:\\Windows", "\\\\server\\share", "\\??\\C:", "sub\\file.txt", "CON", "nul",
                "file.txt.", "file.txt ", "file.txt::$DATA", "sub:$I30:$INDEX_ALLOCATION", "COM\u00B9"]))
        {
            Missing(root, hostile);
            Missing(root, hostile, "secret.txt");
            Missing(root, "sub", hostile);
            Missing(root, "sub", hostile, "file.txt");
        }
    }

    public void No_link_is_followed_whether_it_is_the_file_or_a_folder_on_the_way()
    {
        MakeFile("outside", "outside", "file.txt");
        Directory.CreateDirectory(At("root"));
        if (!TryLink(At("root", "to-file"), At("outside", "file.txt"), isFolder: false)
            || !TryLink(At("root", "to-folder"), At("outside"), isFolder: true))
        {
            return;
        }

        using SafeRoot root = SafeRoot.Open(At("root"));

        Missing(root, "to-file");
        Missing(root, "to-folder");
        Missing(root, "to-folder", "file.txt");
    }

    public void A_folder_is_no_file_and_a_file_no_folder()
    {
        MakeFile("x", "sub", "file.txt");
        using SafeRoot root = OpenRoot();

        Fails(PeerError.FileNotFound, () => root.OpenRead(["sub"], out _).Dispose());
        Missing(root, "sub", "file.txt", "x");
        True(root.TryStat(["sub"], out EntryFacts folder) && folder.IsFolder, "the folder exists");
        True(root.TryStat([], out EntryFacts self) && self.IsFolder, "the root exists");
    }

    public void What_is_being_received_is_not_served()
    {
        MakeFile("half", SafeRoot.StagingName, "1", "half");
        using SafeRoot root = OpenRoot();

        Missing(root, SafeRoot.StagingName, "1", "half");
        Missing(root, SafeRoot.StagingName.ToUpperInvariant(), "1", "half");
    }

    public void A_file_that_changed_after_opening_has_other_facts()
    {
        string path = MakeFile("inside", "file.txt");
        using SafeRoot root = OpenRoot();
        using SafeFileHandle handle = root.OpenRead(["file.txt"], out FileFacts facts);

        File.AppendAllText(path, "more");

        True(facts != SafeRoot.Stat(handle), "the facts differ");
    }

    public void A_sparse_file_of_five_gibibytes_has_its_length()
    {
        const long Length = (5L << 30) + 123;
        using (FileStream file = File.Create(At("sparse.bin")))
        {
            file.SetLength(Length);
        }

        using SafeRoot root = OpenRoot();
        using SafeFileHandle handle = root.OpenRead(["sparse.bin"], out FileFacts facts);

        Equal(Length, facts.Length);
    }

    public void A_root_that_is_missing_or_a_file_says_which()
    {
        string path = MakeFile("x", "file");

        Fails(PeerError.PathNotFound, () => SafeRoot.Open(At("none")).Dispose());
        Fails(PeerError.DestinationInvalid, () => SafeRoot.Open(path).Dispose());
    }

    private static void Missing(SafeRoot root, params string[] segments)
    {
        Fails(PeerError.FileNotFound, () => root.OpenRead(segments, out _).Dispose());
        True(!root.TryStat(segments, out _), $"{string.Join('/', segments)} must not exist");
    }

    private static string Read(SafeFileHandle handle)
    {
        byte[] buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(handle, buffer, 0));
    }
}
