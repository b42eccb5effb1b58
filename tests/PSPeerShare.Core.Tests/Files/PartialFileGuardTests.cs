using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>Writers of a partial file beside those that name it or give it up (R2).</summary>
public sealed class PartialFileGuardTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly byte[] _content = new byte[GroupLayout.FewestBytes];

    public PartialFileGuardTests() => new Random(5).NextBytes(_content);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_late_writer_does_not_reach_the_file_that_is_being_named()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        NamingCalls calls = new();
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using PartialFile partial = PartialFile.Open(root, new PartialKey(["a.bin"], "peer/share/a.bin", _content.Length, 42));
        ContentHash hash = Blake3Hasher.Hash(_content);
        partial.Write(0, _content, hash);
        Task? late = null;
        calls.BeforeName = () =>
        {
            late = Task.Run(() => partial.WriteAt(0, new byte[100]));
            _ = late.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(TimeSpan.FromMilliseconds(300));
        };

        partial.Commit(["a.bin"], CommitMode.NoReplace, null, durable: false, partial.ComputeRoot(), out _);

        PeerShareException refused = await Assert.ThrowsAsync<PeerShareException>(() => late!.Within());
        Assert.Equal(PeerError.TransferStopped, refused.Error);
        Assert.Equal(_content, File.ReadAllBytes(_temp["a.bin"]));
    }

    [Fact]
    public void Who_writes_to_a_file_that_was_given_up_is_told_so()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile partial = PartialFile.Open(root, new PartialKey(["a.bin"], "peer/share/a.bin", _content.Length, 42));

        partial.Discard();

        Assert.Equal(PeerError.TransferStopped, Assert.Throws<PeerShareException>(() => partial.WriteAt(0, _content)).Error);
    }

    private sealed class NamingCalls : LinuxFileCalls
    {
        public Action? BeforeName { get; set; }

        public override int LinkNameless(int file, int folder, string name)
        {
            BeforeName?.Invoke();
            return base.LinkNameless(file, folder, name);
        }

    }
}
