using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>A descriptor's number belongs to another file as soon as it is closed; nothing writes by a number alone.</summary>
public sealed class ReusedDescriptorTests
{
    [Fact]
    public void Bytes_never_reach_another_file_when_it_is_closed_meanwhile()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using TempFolder folder = new();
        string victim = folder["victim.db"];
        File.WriteAllText(victim, new string('v', 100));
        Directory.CreateDirectory(folder["to"]);
        InterruptedCalls calls = new();
        using SafeRoot root = UnixSafeRoot.Open(folder["to"], calls);
        StagedFile staged = root.Stage(0);
        FileStream? other = null;
        calls.BeforeWrite = () =>
        {
            // Other threads: one gives the file up, one opens another.
            staged.Dispose();
            other = new FileStream(victim, FileMode.Open, FileAccess.ReadWrite);
        };
        try
        {
            staged.Write("what arrives"u8, 0);
        }
        catch (Exception e) when (e is ObjectDisposedException or PeerShareException)
        {
        }

        other!.Dispose();
        Assert.Equal(new string('v', 100), File.ReadAllText(victim));
    }

    private sealed class InterruptedCalls : LinuxFileCalls
    {
        public Action? BeforeWrite { get; set; }

        public override int Write(int file, ReadOnlySpan<byte> bytes, long offset)
        {
            Action? once = BeforeWrite;
            BeforeWrite = null;
            once?.Invoke();
            return base.Write(file, bytes, offset);
        }
    }
}
