using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Files.WindowsTests;

internal sealed class StagingChecks : Check
{
    public void The_folder_goes_with_its_last_user()
    {
        SafeRoot first = OpenRoot();
        SafeRoot second = OpenRoot();
        StagedFile file = first.Stage(0);
        StagedFile other = second.Stage(0);
        Equal(2, Names(SafeRoot.StagingName).Length);

        first.Dispose();
        file.Dispose();
        Equal(1, Names(SafeRoot.StagingName).Length);
        other.Dispose();
        second.Dispose();
        EqualNames([], Names());
    }

    public void What_a_crash_left_is_removed_once_it_is_old_and_what_is_in_use_is_not()
    {
        MakeFile("half", SafeRoot.StagingName, "1-old", "1");
        MakeFile("half", SafeRoot.StagingName, "2-young", "1");
        using SafeRoot running = OpenRoot();
        using StagedFile file = Staged(running, "x");
        string own = Names(SafeRoot.StagingName).Single(name => name is not ("1-old" or "2-young"));
        Directory.SetLastWriteTimeUtc(At(SafeRoot.StagingName, own), DateTime.UtcNow.AddDays(-1));
        Directory.SetLastWriteTimeUtc(At(SafeRoot.StagingName, "1-old"), DateTime.UtcNow.AddHours(-1));

        using (SafeRoot root = OpenRoot())
        {
            root.Stage(0).Dispose();
        }

        EqualNames([.. new[] { "2-young", own }.Order(StringComparer.Ordinal)], Names(SafeRoot.StagingName));
        Commit(file, CommitMode.NoReplace, "a");
        file.Dispose();
        Equal("x", File.ReadAllText(At("a")));
    }

    public void The_mark_of_the_web_is_written_where_the_volume_has_streams()
    {
        using SafeRoot root = OpenRoot();
        using (StagedFile file = Staged(root, "x"))
        {
            Commit(file, CommitMode.NoReplace, "a.exe");
        }

        using SafeFileHandle folder = NtFile.OpenByPath(At());
        bool isMarked = File.Exists(At("a.exe:Zone.Identifier"));
        Console.WriteLine($"        this volume has {(NtFile.HasStreams(folder) ? "streams" : "no streams")}");
        Equal(NtFile.HasStreams(folder), isMarked);
        if (isMarked)
        {
            Equal("[ZoneTransfer]\r\nZoneId=3\r\n", File.ReadAllText(At("a.exe:Zone.Identifier")));
        }
    }

    public void A_stream_of_a_file_opens_relative_to_its_folder()
    {
        MakeFile("x", "a.exe");
        using SafeFileHandle folder = NtFile.OpenByPath(At());
        uint status = NtFile.Open(
            folder,
            "a.exe:Zone.Identifier",
            NtAccess.WriteData,
            NtAccess.ShareAll,
            NtAccess.OpenOrCreate,
            NtAccess.NotFolder,
            out SafeFileHandle stream);

        using (stream)
        {
            True(!NtStatus.IsError(status), $"status {status:X8}");
            RandomAccess.Write(stream, "mark"u8, 0);
        }

        Equal("mark", File.ReadAllText(At("a.exe:Zone.Identifier")));
        Equal("x", File.ReadAllText(At("a.exe")));
    }
}
