using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>R1: what is acknowledged as durable has a name, and so do all folders above it.</summary>
public sealed class DurableFolderTests
{
    [Fact]
    public async Task A_durable_commit_waits_until_every_folder_above_has_its_name_on_disk()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using TempFolder folder = new();
        Directory.CreateDirectory(folder["inbox"]);
        using HeldCalls calls = new();
        using SafeRoot root = UnixSafeRoot.Open(folder["inbox"], calls);
        ulong inode = InodeOf(calls, folder["inbox"]);
        Commit(root, ["warm", "a", "one.txt"]);
        calls.RootInode = inode;

        Task first = Begin(() => Commit(root, ["peer", "a", "one.txt"]));
        Assert.True(calls.RootSyncBegan.Wait(TimeSpan.FromSeconds(10)));

        // The first commit has synced "peer" and is at the root, whose entry "peer" is not durable yet.
        Task second = Begin(() => Commit(root, ["peer", "b", "two.txt"]));
        bool isAcknowledged = await Task.WhenAny(second, Task.Delay(1000)) == second;
        calls.MayGoOn.Set();
        await Task.WhenAll(first, second).Within();
        Assert.False(isAcknowledged, "two.txt was acknowledged as durable before its folder's name was");
    }

    private static Task Begin(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Commit(SafeRoot root, string[] target)
    {
        using StagedFile file = root.Stage(0);
        file.Write("x"u8, 0);
        file.Commit(target, CommitMode.NewName, null, durable: true, out _);
    }

    private static ulong InodeOf(UnixFileCalls calls, string path)
    {
        int file = calls.Open(-100, path, OpenFlags.ReadOnly | OpenFlags.Folder);
        _ = calls.Stat(file, out UnixStat stat);
        calls.Close(file);
        return stat.Inode;
    }

    private sealed class HeldCalls : LinuxFileCalls, IDisposable
    {
        public ulong RootInode { get; set; }

        public ManualResetEventSlim RootSyncBegan { get; } = new();

        public ManualResetEventSlim MayGoOn { get; } = new();

        public override int Sync(int file)
        {
            if (RootInode != 0 && Stat(file, out UnixStat stat) >= 0 && stat.Inode == RootInode)
            {
                RootSyncBegan.Set();
                MayGoOn.Wait(TimeSpan.FromSeconds(20));
            }

            // A fast disk.
            return 0;
        }

        public void Dispose()
        {
            RootSyncBegan.Dispose();
            MayGoOn.Dispose();
        }
    }
}
