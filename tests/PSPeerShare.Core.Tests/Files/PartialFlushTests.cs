using System.Diagnostics;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>R3: what the journal may say, and when.</summary>
public sealed class PartialFlushTests : IDisposable
{
    private const int GroupBytes = GroupLayout.FewestBytes;
    private const int IoError = 5;

    private readonly TempFolder _temp = new();
    private readonly PartialKey _key = new(["b.bin"], "source", 20 * GroupBytes, 1);

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(AlteredCalls.Ways), MemberType = typeof(AlteredCalls))]
    public void Nothing_is_claimed_that_was_not_flushed_before(string way)
    {
        AlteredCalls calls = AlteredCalls.For(way);
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using PartialFile partial = PartialFile.Open(root, _key);
        Fill(partial, 0, 5);
        partial.Flush();
        Fill(partial, 5, 9);

        Assert.Equal(5, Claimed());
        Assert.Contains("sync file", calls.Changes);
        partial.Flush();
        Assert.Equal(9, Claimed());
    }

    [Fact]
    public void After_a_failed_flush_nothing_of_the_file_is_trusted()
    {
        AlteredCalls calls = AlteredCalls.For("newest kernel");
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Fill(partial, 0, 5);
            partial.Flush();
            Fill(partial, 5, 20);
            calls.SyncError = IoError;
            Assert.Throws<PeerShareException>(partial.Flush);
            calls.SyncError = 0;

            Assert.Throws<PeerShareException>(() => partial.Write(0, new byte[GroupBytes], default));
            Assert.Throws<PeerShareException>(() => partial.Commit(
                ["b.bin"], CommitMode.NoReplace, null, true, Blake3Hasher.Hash(Ones(20 * GroupBytes)), out _));
        }

        using PartialFile again = PartialFile.Open(root, _key);
        Assert.Equal(0, again.BytesFound);
    }

    [Fact]
    public void A_failed_flush_when_it_is_closed_leaves_nothing_either()
    {
        AlteredCalls calls = AlteredCalls.For("newest kernel");
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Fill(partial, 0, 5);
            calls.SyncError = IoError;
        }

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Theory]
    [MemberData(nameof(AlteredCalls.Ways), MemberType = typeof(AlteredCalls))]
    public void A_partial_file_is_kept_and_committed_on_every_kind_of_file_system(string way)
    {
        AlteredCalls calls = AlteredCalls.For(way);
        using (SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls))
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Fill(partial, 0, 5);
        }

        using (SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls))
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Assert.Equal(5 * GroupBytes, partial.BytesFound);
            Fill(partial, 5, 20);
            partial.Commit(["b.bin"], CommitMode.NoReplace, null, true, Blake3Hasher.Hash(Ones(20 * GroupBytes)), out _);
        }

        Assert.Equal([_temp["b.bin"]], Directory.GetFileSystemEntries(_temp.Path));
        Assert.Equal(20 * GroupBytes, new FileInfo(_temp["b.bin"]).Length);
    }

    [Fact]
    public void A_full_disk_keeps_what_was_flushed()
    {
        AlteredCalls calls = AlteredCalls.For("newest kernel");
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, calls);
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Fill(partial, 0, 5);
            calls.WriteError = AlteredCalls.Full;
            PeerShareException full = Assert.Throws<PeerShareException>(() => Fill(partial, 5, 6));
            Assert.Equal(PeerError.DestinationFull, full.Error);
        }

        calls.WriteError = 0;
        using PartialFile again = PartialFile.Open(root, _key);
        Assert.Equal(5 * GroupBytes, again.BytesFound);
    }

    // Zeros would never reach the disk.
    private static byte[] Ones(int count) => [.. Enumerable.Repeat((byte)1, count)];

    private static void Fill(PartialFile partial, int from, int to)
    {
        byte[] ones = Ones(GroupBytes);
        for (int group = from; group < to; group++)
        {
            partial.Write(group, ones, Blake3Hasher.HashGroup(partial.Layout, group, ones));
        }
    }

    /// <summary>What the journal says now. It is locked, so a link's bytes are read through a copy.</summary>
    private long Claimed()
    {
        string journal = Directory.GetFiles(_temp[SafeRoot.StagingName, KeptFolder.Name], "*.journal").Single();
        string copy = _temp["copy"];
        using (Process cp = Process.Start("cp", [journal, copy]))
        {
            cp.WaitForExit();
        }

        using FileStream file = new(copy, FileMode.Open, FileAccess.Read);
        Assert.NotNull(PartialJournal.Read(file.SafeFileHandle, out _, out _, out GroupHashes? hashes));
        return hashes!.Count;
    }
}
