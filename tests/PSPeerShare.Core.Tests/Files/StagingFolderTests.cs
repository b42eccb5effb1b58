using System.Runtime.Versioning;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

[UnsupportedOSPlatform("windows")]
public sealed class StagingFolderTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempFolder _temp = new();
    private readonly string _staging;

    public StagingFolderTests() => _staging = _temp[SafeRoot.StagingName];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void It_is_private_while_used_and_gone_when_the_last_user_is()
    {
        UnixSafeRoot first = OpenNamed();
        UnixSafeRoot second = OpenNamed();
        StagedFile file = first.Stage(0);
        StagedFile other = second.Stage(0);

        Assert.Equal(Private, File.GetUnixFileMode(_staging));
        Assert.All(Directory.GetDirectories(_staging), own => Assert.Equal(Private, File.GetUnixFileMode(own)));
        Assert.Equal(2, Directory.GetDirectories(_staging).Length);

        first.Dispose();
        Assert.Equal(2, Directory.GetDirectories(_staging).Length);
        file.Dispose();
        Assert.Single(Directory.GetDirectories(_staging));
        other.Dispose();
        second.Dispose();
        Assert.False(Directory.Exists(_staging));
    }

    [Fact]
    public void A_file_system_with_nameless_files_needs_no_staging_folder()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using StagedFile file = root.Stage(0);

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void What_a_crash_left_is_removed_once_it_is_old()
    {
        string old = Leave("1-old", TimeSpan.FromHours(1));
        string young = Leave("2-young", TimeSpan.FromMinutes(1));

        Use();

        Assert.False(Directory.Exists(old));
        Assert.True(File.Exists(Path.Join(young, "1")));
    }

    [Fact]
    public void What_a_process_left_that_has_ended_is_removed_at_once_and_nothing_of_others()
    {
        int ended = EndedProcess();
        string dead = Leave(StagingOwner.NameOf(ended), TimeSpan.Zero);
        string reused = Leave(StagingOwner.NameOf(Environment.ProcessId), TimeSpan.FromMinutes(1));
        string elsewhere = Leave(StagingOwner.NameOf(ended, "00000000"), TimeSpan.FromMinutes(1));

        Use();

        Assert.False(Directory.Exists(dead));
        Assert.True(Directory.Exists(reused));
        Assert.True(Directory.Exists(elsewhere));
    }

    [Fact]
    public void A_folder_that_is_in_use_stays_also_where_its_process_seems_to_have_ended()
    {
        string name = StagingOwner.NameOf(EndedProcess());
        string folder = Leave(name, TimeSpan.Zero);
        var calls = new Core.Files.Native.LinuxFileCalls();
        int held = calls.Open(-100, folder, Core.Files.Native.OpenFlags.ReadOnly | Core.Files.Native.OpenFlags.Folder);
        Assert.True(held >= 0 && calls.TryLock(held) >= 0);

        Use();
        Assert.True(Directory.Exists(folder));

        calls.Close(held);
        Use();
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void What_is_in_use_is_left_alone_however_old_it_looks()
    {
        using UnixSafeRoot running = OpenNamed();
        using StagedFile file = running.Stage(0);
        string own = Directory.GetDirectories(_staging).Single();
        Directory.SetLastWriteTimeUtc(own, DateTime.UtcNow.AddDays(-30));

        Use();

        Assert.True(Directory.Exists(own));
        file.Commit(["a"], CommitMode.NoReplace, null, false, out _);
        Assert.True(File.Exists(_temp["a"]));
    }

    [Fact]
    public void Where_locks_do_not_work_only_a_week_of_silence_counts()
    {
        string old = Leave("1-old", TimeSpan.FromDays(8));
        string younger = Leave("2-younger", TimeSpan.FromDays(6));
        AlteredCalls calls = new() { LockError = 9 };

        using (UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, calls))
        {
            root.Stage(0).Dispose();
        }

        Assert.False(Directory.Exists(old));
        Assert.True(Directory.Exists(younger));
    }

    [Fact]
    public void Cleaning_deletes_no_folders_and_follows_no_links()
    {
        File.WriteAllText(_temp["keep.txt"], "keep");
        Directory.CreateDirectory(_temp["folder"]);
        string old = Leave("1-old", TimeSpan.FromHours(1));
        File.CreateSymbolicLink(Path.Join(old, "link"), _temp["keep.txt"]);
        Directory.CreateSymbolicLink(Path.Join(_staging, "3-link"), _temp["folder"]);
        File.WriteAllText(_temp["folder", "inside.txt"], "keep");
        Directory.SetLastWriteTimeUtc(_temp["folder"], DateTime.UtcNow.AddDays(-30));
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-30));

        Use();

        Assert.False(Directory.Exists(old));
        Assert.True(File.Exists(_temp["keep.txt"]));
        Assert.True(File.Exists(_temp["folder", "inside.txt"]));
    }

    [Fact]
    public void A_link_in_its_place_is_refused()
    {
        Directory.CreateDirectory(_temp["elsewhere"]);
        Directory.CreateDirectory(_temp["root"]);
        Directory.CreateSymbolicLink(_temp["root", SafeRoot.StagingName], _temp["elsewhere"]);
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp["root"], new AlteredCalls { HasNoNameless = true });

        PeerShareException e = Assert.Throws<PeerShareException>(() => root.Stage(0));

        Assert.Equal(PeerError.DestinationInvalid, e.Error);
        Assert.Empty(Directory.GetFileSystemEntries(_temp["elsewhere"]));
    }

    [Fact]
    public void Roots_that_come_and_go_at_once_do_not_pull_it_from_under_each_other()
    {
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using UnixSafeRoot root = OpenNamed();
            using StagedFile file = root.Stage(0);
            file.Commit([$"{i}"], CommitMode.NoReplace, null, false, out _);
        });

        Assert.Equal(400, Directory.GetFiles(_temp.Path).Length);
        Assert.False(Directory.Exists(_staging));
    }

    private static int EndedProcess()
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start("true");
        process.WaitForExit();
        return process.Id;
    }

    private UnixSafeRoot OpenNamed() => UnixSafeRoot.Open(_temp.Path, new AlteredCalls { HasNoNameless = true });

    private void Use()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        root.Stage(0).Dispose();
    }

    private string Leave(string name, TimeSpan age)
    {
        string folder = Path.Join(_staging, name);
        Directory.CreateDirectory(folder, Private);
        File.WriteAllText(Path.Join(folder, "1"), "half");
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow - age);
        return folder;
    }
}
