using System.Runtime.Versioning;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>Zeros take no room where nothing was written before, and are written wherever something was.</summary>
[SupportedOSPlatform("linux")]
public sealed class HolesTests : IDisposable
{
    private const int Step = (int)SpaceAhead.StepBytes;
    private const int Frame = 256 * 1024;

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_of_zeros_with_a_little_data_takes_the_room_of_the_data()
    {
        byte[] content = new byte[6 * Step];
        content[(3 * Step) + 5] = 1;
        var calls = new CountingCalls();

        Write(content, calls);

        Assert.Equal(content, File.ReadAllBytes(_temp["a"]));
        Assert.InRange(calls.WrittenBytes, Frame, Step);
        Assert.InRange(BlockBytes(_temp["a"]), 1, 2 * Step);
    }

    [Fact]
    public void A_file_that_ends_in_zeros_has_its_whole_length()
    {
        byte[] content = new byte[Step + 12_345];
        content[0] = 1;

        Write(content, new CountingCalls());

        Assert.Equal(content, File.ReadAllBytes(_temp["a"]));
    }

    [Fact]
    public void Zeros_are_written_over_what_was_there_before()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using StagedFile file = root.Stage(2 * Step);
        file.Write([.. Enumerable.Repeat((byte)7, Frame)], Frame);
        file.Write(new byte[Frame], Frame);
        file.Write(new byte[Step], Step);
        file.Commit(["a"], CommitMode.NoReplace, null, false, out _);

        Assert.Equal(new byte[2 * Step], File.ReadAllBytes(_temp["a"]));
    }

    [Fact]
    public void Zeros_that_end_where_something_was_written_are_written_over_it()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using StagedFile file = root.Stage(2 * Step);
        file.Write([.. Enumerable.Repeat((byte)7, Frame)], Step);
        file.Write(new byte[2 * Frame], Step - Frame);
        file.Commit(["a"], CommitMode.NoReplace, null, false, out _);

        byte[] content = File.ReadAllBytes(_temp["a"]);
        Assert.False(content.AsSpan(Step - Frame, 2 * Frame).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Data_that_follows_zeros_in_the_same_place_is_kept()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using StagedFile file = root.Stage(Step);
        file.Write(new byte[Step], 0);
        file.Sync();
        file.Write([9], Step - 1);
        file.Sync();
        file.Commit(["a"], CommitMode.NoReplace, null, false, out _);

        byte[] found = File.ReadAllBytes(_temp["a"]);
        Assert.Equal((Step, 9), (found.Length, found[^1]));
        Assert.False(found.AsSpan()[..^1].ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void What_an_earlier_process_left_is_written_over_with_zeros_too()
    {
        byte[] junk = [.. Enumerable.Repeat((byte)7, 3 * Step)];
        var key = new PartialKey(["a"], "source", junk.Length, 1, null);
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using (PartialFile first = PartialFile.Open(root, key, TimeSpan.Zero))
        {
            // The first group is claimed; of the rest, bytes have come that nobody has claimed.
            ContentHash hash = HashOf(first, junk, 0);
            first.Write(0, junk.AsSpan(0, (int)first.Layout.LengthOf(0)), hash);
            first.WriteAt(first.Layout.LengthOf(0), junk.AsSpan((int)first.Layout.LengthOf(0)));
            first.Flush();
        }

        byte[] content = new byte[junk.Length];
        using PartialFile second = PartialFile.Open(root, key, TimeSpan.Zero);
        junk.AsSpan(0, (int)second.Layout.LengthOf(0)).CopyTo(content);
        Assert.True(second.Has(0));
        for (long group = 1; group < second.Layout.Count; group++)
        {
            second.Write(group, content.AsSpan((int)second.Layout.OffsetOf(group), (int)second.Layout.LengthOf(group)), HashOf(second, content, group));
        }

        second.Commit(["a"], CommitMode.NoReplace, null, false, second.ComputeRoot(), out _);

        Assert.Equal(content, File.ReadAllBytes(_temp["a"]));
    }

    [Fact]
    public void Claimed_zeros_are_there_for_the_next_process()
    {
        byte[] content = new byte[3 * Step];
        var key = new PartialKey(["a"], "source", content.Length, 1, null);
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        long claimed;
        using (PartialFile first = PartialFile.Open(root, key, TimeSpan.Zero))
        {
            claimed = first.Layout.Count - 1;
            for (long group = 0; group < claimed; group++)
            {
                first.Write(group, content.AsSpan(0, (int)first.Layout.LengthOf(group)), HashOf(first, content, group));
            }

            first.Flush();
        }

        // As after another boot: the journal is believed only as far as the data says the same.
        foreach (string journal in Directory.GetFiles(_temp[SafeRoot.StagingName, KeptFolder.Name], "*.journal"))
        {
            File.SetLastWriteTimeUtc(journal, DateTime.UtcNow.AddDays(-1));
        }

        using PartialFile second = PartialFile.Open(root, key, TimeSpan.Zero);
        Assert.Equal(claimed * second.Layout.LengthOf(0), second.BytesFound);
    }

    [Fact]
    public void Where_a_file_cannot_be_made_longer_zeros_are_written()
    {
        byte[] content = new byte[Step];
        var calls = new CountingCalls { CannotGrow = true };

        Write(content, calls);

        Assert.Equal(content, File.ReadAllBytes(_temp["a"]));
        Assert.Equal(content.Length, calls.WrittenBytes);
    }

    private void Write(byte[] content, CountingCalls calls)
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using StagedFile file = root.Stage(content.Length);
        for (int at = 0; at < content.Length; at += Frame)
        {
            file.Write(content.AsSpan(at, Math.Min(Frame, content.Length - at)), at);
        }

        file.Commit(["a"], CommitMode.NoReplace, null, durable: true, out _);
    }

    private static ContentHash HashOf(PartialFile file, byte[] content, long group)
    {
        Blake3Hasher hasher = new();
        hasher.ResetToGroup(file.Layout, group);
        hasher.Update(content.AsSpan((int)file.Layout.OffsetOf(group), (int)file.Layout.LengthOf(group)));
        return hasher.Finish();
    }

    private static long BlockBytes(string file)
    {
        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", file]) { RedirectStandardOutput = true })!;
        return 512 * long.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class CountingCalls : LinuxFileCalls
    {
        public bool CannotGrow { get; init; }

        public long WrittenBytes { get; private set; }

        public override int Grow(int file, long length) => CannotGrow ? -Errno.NotSupported : base.Grow(file, length);

        public override int Write(int file, ReadOnlySpan<byte> bytes, long offset)
        {
            WrittenBytes += bytes.Length;
            return base.Write(file, bytes, offset);
        }
    }
}
