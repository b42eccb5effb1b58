using PSPeerShare.Core;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Tests.Protocol;

namespace PSPeerShare.Files.WindowsTests;

internal sealed class ReceivingChecks : Check
{
    public void A_committed_file_has_its_name_content_and_time_and_nothing_else_is_left()
    {
        DateTime modified = new(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        using (SafeRoot root = OpenRoot())
        {
            using StagedFile file = root.Stage(5);
            file.Write("hel"u8, 0);
            file.Write("lo"u8, 3);
            file.Commit(
                ["new", "folders", "a.txt"],
                CommitMode.NoReplace,
                (modified - DateTime.UnixEpoch).Ticks * 100,
                durable: true,
                out string name);
            Equal("a.txt", name);
        }

        Equal("hello", File.ReadAllText(At("new", "folders", "a.txt")));
        Equal(modified, File.GetLastWriteTimeUtc(At("new", "folders", "a.txt")));
        EqualNames(["new"], Names());
        EqualNames(["a.txt"], Names("new", "folders"));
    }

    public void A_file_that_is_not_committed_leaves_nothing()
    {
        using (SafeRoot root = OpenRoot())
        {
            using StagedFile file = root.Stage(1 << 20);
            file.Write(new byte[1000], 0);
            EqualNames([SafeRoot.StagingName], Names());
        }

        EqualNames([], Names());
    }

    public void A_taken_name_is_kept_and_the_staged_file_can_still_get_another()
    {
        MakeFile("mine", "a.txt");
        Directory.CreateDirectory(At("folder"));
        using (SafeRoot root = OpenRoot())
        {
            using StagedFile file = Staged(root, "theirs");
            Fails(PeerError.DestinationExists, () => Commit(file, CommitMode.NoReplace, "a.txt"));
            Fails(PeerError.DestinationExists, () => Commit(file, CommitMode.NoReplace, "A.TXT"));
            Fails(PeerError.DestinationExists, () => Commit(file, CommitMode.NoReplace, "folder"));
            Commit(file, CommitMode.NoReplace, "b.txt");
        }

        Equal("mine", File.ReadAllText(At("a.txt")));
        Equal("theirs", File.ReadAllText(At("b.txt")));
    }

    public void A_new_name_is_the_next_free_one()
    {
        MakeFile("1", "a.tar");
        MakeFile("2", "a (2).tar");
        using SafeRoot root = OpenRoot();
        using StagedFile file = Staged(root, "3");

        Equal("a (3).tar", Commit(file, CommitMode.NewName, "a.tar"));
    }

    public void Replacing_takes_the_place_of_a_file_and_never_of_a_folder()
    {
        MakeFile("old", "a.txt");
        Directory.CreateDirectory(At("folder"));
        using (SafeRoot root = OpenRoot())
        {
            using StagedFile file = Staged(root, "new");
            using StagedFile second = Staged(root, "second");
            Commit(file, CommitMode.Replace, "a.txt");
            Fails(PeerError.DestinationInvalid, () => Commit(second, CommitMode.Replace, "folder"));
        }

        Equal("new", File.ReadAllText(At("a.txt")));
        EqualNames(["a.txt", "folder"], Names());
    }

    public void A_folder_where_a_file_or_a_link_stands_is_refused()
    {
        MakeFile("x", "file");
        Directory.CreateDirectory(At("real"));
        string[] taken = TryLink(At("link"), At("real"), isFolder: true) ? ["file", "link"] : ["file"];
        using SafeRoot root = OpenRoot();
        using StagedFile staged = Staged(root, "x");

        foreach (string name in taken)
        {
            Fails(PeerError.DestinationInvalid, () => root.EnsureFolder([name]));
            Fails(PeerError.DestinationInvalid, () => root.EnsureFolder([name, "below"]));
            Fails(PeerError.DestinationInvalid, () => Commit(staged, CommitMode.Replace, name, "below"));
        }

        EqualNames([], Names("real"));
    }

    public void What_windows_cannot_hold_is_refused_in_every_segment()
    {
        using (SafeRoot root = OpenRoot())
        {
            using StagedFile staged = Staged(root, "x");
            foreach (string name in HostileSegments.Refused().Select(System.Text.Encoding.Latin1.GetString)
                .Where(text => WirePathSegment.Check(text, out _) != WireNameFault.None)
                .Concat(["a:b", "a.txt:stream", "..\\x", "C:", "CON", "con.txt", "NUL", "COM1", "COM\u00B2.log", "LPT\u00B3", "CONOUT$",
                    "dot.", "space ", "a?", "a*", "a|b", "a<b", "a>b", "a\"b", SafeRoot.StagingName]))
            {
                Fails(PeerError.NameRefused, () => Commit(staged, CommitMode.NoReplace, name));
                Fails(PeerError.NameRefused, () => Commit(staged, CommitMode.NoReplace, name, "x"));
                Fails(PeerError.NameRefused, () => root.EnsureFolder(["sub", name]));
            }
        }

        EqualNames([], Names());
    }

    public void Names_of_all_scripts_are_received()
    {
        string[] names = ["한국어 파일.txt", "😀🚀.png", "é", "[a].txt", "-rf", " leading", ".profile"];
        using (SafeRoot root = OpenRoot())
        {
            foreach (string name in names)
            {
                using StagedFile file = Staged(root, name);
                Commit(file, CommitMode.NoReplace, "in", name);
            }
        }

        foreach (string name in names)
        {
            Equal(name, File.ReadAllText(At("in", name)));
        }
    }

    public void Several_threads_stage_and_commit_into_one_root()
    {
        using (SafeRoot root = OpenRoot())
        {
            Parallel.For(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            {
                using StagedFile file = Staged(root, $"{i}");
                Commit(file, CommitMode.NoReplace, $"f{i % 7}", $"{i}");
            });
        }

        string[] files = Directory.GetFiles(At(), "*", SearchOption.AllDirectories);
        Equal(300, files.Length);
        True(files.All(path => Path.GetFileName(path) == File.ReadAllText(path)), "each file has its own content");
    }
}
