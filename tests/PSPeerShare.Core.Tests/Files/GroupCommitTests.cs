using System.Collections.Concurrent;
using System.Runtime.Versioning;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>R1 for many files at once: nothing is answered for before content and name are on the disk.</summary>
[SupportedOSPlatform("linux")]
public sealed class GroupCommitTests : IDisposable
{
    private const int IoError = 5;

    private readonly TempFolder _temp = new();
    private readonly HeldCalls _calls = new();

    public void Dispose()
    {
        _calls.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Files_that_wait_together_are_written_together_named_after_all_are_synced_and_cost_one_sync_of_their_folder()
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);
        List<Task<string>> answers = await FillBatchAsync(root, 20, _ => "in");

        await Task.WhenAll(answers).Within();

        string[] steps = [.. _calls.Steps.SkipWhile(step => step != "begin")];
        Assert.Equal(20, steps.TakeWhile(step => step == "begin").Count());
        Assert.Equal(20, steps.Skip(20).TakeWhile(step => step == "sync file").Count());
        Assert.Equal(20, steps.Skip(40).TakeWhile(step => step.StartsWith("name ", StringComparison.Ordinal)).Count());
        Assert.Equal(["sync folder"], steps.Skip(60));
        Assert.Equal(21, Directory.GetFiles(_temp["in"]).Length);
    }

    [Fact]
    public async Task A_file_that_cannot_be_synced_gets_no_name_and_the_others_do()
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);
        List<Task<string>> answers = await FillBatchAsync(root, 5, _ => "in", isBad: i => i == 3);

        await Task.WhenAll(answers).ContinueWith(static _ => { }, TaskScheduler.Default).Within();

        Assert.Equal(PeerError.DestinationNotWritable, (await Assert.ThrowsAsync<PeerShareException>(() => answers[3])).Error);
        Assert.Equal(4, answers.Count(answer => answer.IsCompletedSuccessfully));
        Assert.False(File.Exists(_temp["in", "f3"]));
        Assert.Equal(5, Directory.GetFiles(_temp["in"]).Length);
    }

    [Fact]
    public async Task Names_whose_folder_cannot_be_synced_are_not_answered_for_and_those_of_other_folders_are()
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);
        Directory.CreateDirectory(_temp["bad"]);
        _calls.BadFolder = HeldCalls.InodeOf(_calls, _temp["bad"]);
        List<Task<string>> answers = await FillBatchAsync(root, 6, i => i % 2 == 0 ? "bad" : "good");

        await Task.WhenAll(answers).ContinueWith(static _ => { }, TaskScheduler.Default).Within();

        Assert.All(answers.Where((_, i) => i % 2 == 0), answer => Assert.True(answer.IsFaulted));
        Assert.All(answers.Where((_, i) => i % 2 == 1), answer => Assert.True(answer.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Nothing_is_answered_for_while_its_folder_is_being_synced()
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);
        using StagedFile file = Stage(root, isBad: false);
        Directory.CreateDirectory(_temp["in"]);
        _calls.HeldFolder = HeldCalls.InodeOf(_calls, _temp["in"]);

        Task<string> answer = root.Durably.CommitAsync(file, ["in", "f"], CommitMode.NewName, null);
        Assert.True(_calls.FolderReached.Wait(Waiting.Patience));
        Assert.True(File.Exists(_temp["in", "f"]));
        Assert.False(answer.IsCompleted);
        _calls.FolderMayGoOn.Set();

        Assert.Equal("f", await answer.Within());
    }

    [Fact]
    public async Task A_file_that_has_to_be_copied_to_another_file_system_is_synced_there_before_it_has_its_name()
    {
        AlteredCalls calls = new() { LinksNowhere = true };
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using StagedFile file = Stage(root, isBad: false);

        Assert.Equal("f", await root.Durably.CommitAsync(file, ["in", "f"], CommitMode.NewName, null).Within());

        Assert.Equal(2, calls.Changes.Count(change => change == "sync file"));
        Assert.True(calls.Changes.LastIndexOf("sync file") < calls.Changes.LastIndexOf("name f"));
        Assert.True(calls.Changes.LastIndexOf("name f") < calls.Changes.LastIndexOf("sync folder"));
        Assert.Equal("content", File.ReadAllText(_temp["in", "f"]));
    }

    /// <summary>Holds the sync of a first file until the others wait, so that they become one batch.</summary>
    private async Task<List<Task<string>>> FillBatchAsync(SafeRoot root, int count, Func<int, string> folder, Func<int, bool>? isBad = null)
    {
        // The folders and all above them are on the disk before.
        foreach (string name in Enumerable.Range(0, count).Select(folder).Distinct().Where(name => name != "bad"))
        {
            using StagedFile warm = Stage(root, isBad: false);
            await root.Durably.CommitAsync(warm, [name, "warm"], CommitMode.NewName, null).Within();
            File.Delete(_temp[name, "warm"]);
        }

        StagedFile first = Stage(root, isBad: false);
        _calls.Hold = true;
        Task<string> firstAnswer = root.Durably.CommitAsync(first, [folder(1), "first"], CommitMode.NewName, null);
        Assert.True(_calls.Reached.Wait(Waiting.Patience));
        List<(StagedFile File, Task<string> Answer)> others = [];
        for (int i = 0; i < count; i++)
        {
            StagedFile file = Stage(root, isBad?.Invoke(i) == true);
            others.Add((file, root.Durably.CommitAsync(file, [folder(i), $"f{i}"], CommitMode.NewName, 1_000_000_000)));
        }

        _calls.Steps.Clear();
        _calls.MayGoOn.Set();
        await firstAnswer.Within();
        first.Dispose();
        return [.. others.Select(async other =>
        {
            using (other.File)
            {
                return await other.Answer;
            }
        })];
    }

    private StagedFile Stage(SafeRoot root, bool isBad)
    {
        StagedFile file = root.Stage(0);
        file.Write("content"u8, 0);
        if (isBad)
        {
            _calls.BadFiles[SafeRoot.Stat(file.Handle).Inode] = true;
        }

        return file;
    }

    private sealed class HeldCalls : LinuxFileCalls, IDisposable
    {
        public ConcurrentQueue<string> Steps { get; } = [];

        public ConcurrentDictionary<ulong, bool> BadFiles { get; } = [];

        public ulong BadFolder { get; set; }

        public ulong HeldFolder { get; set; }

        public bool Hold { get; set; }

        public ManualResetEventSlim Reached { get; } = new();

        public ManualResetEventSlim MayGoOn { get; } = new();

        public ManualResetEventSlim FolderReached { get; } = new();

        public ManualResetEventSlim FolderMayGoOn { get; } = new();

        public static ulong InodeOf(UnixFileCalls calls, string path)
        {
            int file = calls.Open(-100, path, OpenFlags.ReadOnly | OpenFlags.Folder);
            _ = calls.Stat(file, out UnixStat stat);
            calls.Close(file);
            return stat.Inode;
        }

        public override int BeginWriting(int file)
        {
            Steps.Enqueue("begin");
            return base.BeginWriting(file);
        }

        public override int LinkNameless(int file, int folder, string name)
        {
            Steps.Enqueue($"name {name}");
            return base.LinkNameless(file, folder, name);
        }

        public override int Sync(int file)
        {
            _ = Stat(file, out UnixStat stat);
            if (Hold && !stat.IsFolder)
            {
                Hold = false;
                Reached.Set();
                MayGoOn.Wait(Waiting.Patience);
            }

            if (stat.Inode == HeldFolder)
            {
                FolderReached.Set();
                FolderMayGoOn.Wait(Waiting.Patience);
            }

            Steps.Enqueue(stat.IsFolder ? "sync folder" : "sync file");
            return stat.Inode == BadFolder || BadFiles.ContainsKey(stat.Inode) ? -IoError : 0;
        }

        public void Dispose()
        {
            Reached.Dispose();
            MayGoOn.Dispose();
            FolderReached.Dispose();
            FolderMayGoOn.Dispose();
        }
    }
}
