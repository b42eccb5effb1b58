using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class PartialFileTests : IDisposable
{
    private const int Groups = 40;
    private const int GroupBytes = GroupLayout.FewestBytes;

    private readonly TempFolder _temp = new();
    private readonly byte[] _content = new byte[(Groups * GroupBytes) - 100];
    private readonly PartialKey _key;
    private readonly GroupLayout _layout;

    public PartialFileTests()
    {
        new Random(7).NextBytes(_content);
        _key = new PartialKey(["a", "b.bin"], "peer/share/b.bin", _content.Length, 42);
        _layout = new GroupLayout(_content.Length);
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_that_passes_quickly_never_has_a_name_in_staging()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Fill(partial, 0, Groups);

            if (OperatingSystem.IsLinux())
            {
                Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
            }

            Commit(partial);
        }

        Assert.Equal(_content, File.ReadAllBytes(_temp["a", "b.bin"]));
        Assert.Equal([_temp["a"]], Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void The_next_attempt_goes_on_without_reading_what_was_kept()
    {
        Leave(0, 25);

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile partial = PartialFile.Open(root, _key);

        Assert.Equal(25 * GroupBytes, partial.BytesFound);
        Assert.Equal([(25L * GroupBytes, _content.Length - (25L * GroupBytes))], partial.Missing());
        Fill(partial, 25, Groups);
        Commit(partial);
        Assert.Equal(_content, File.ReadAllBytes(_temp["a", "b.bin"]));
    }

    [Fact]
    public void Groups_may_come_in_any_order_from_any_number_of_writers()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using (PartialFile partial = PartialFile.Open(root, _key, TimeSpan.Zero))
        {
            int[] order = [.. Enumerable.Range(0, Groups).Where(g => g % 3 != 1)];
            new Random(3).Shuffle(order);
            Parallel.ForEach(order, group => Fill(partial, group, group + 1));
            Assert.False(partial.IsComplete);
            Assert.Equal((GroupBytes, (long)GroupBytes), partial.Missing()[0]);
        }

        using PartialFile again = PartialFile.Open(root, _key);
        Assert.All(Enumerable.Range(0, Groups), group => Assert.Equal(group % 3 != 1, again.Has(group)));
        Parallel.ForEach(Enumerable.Range(0, Groups).Where(g => g % 3 == 1), group => Fill(again, group, group + 1));
        Commit(again);
        Assert.Equal(_content, File.ReadAllBytes(_temp["a", "b.bin"]));
    }

    [Fact]
    public void Another_state_of_the_source_starts_over()
    {
        PartialKey[] others =
        [
            _key with { ModifiedUnixNs = 43 },
            _key with { Length = _content.Length - 1 },
            _key with { Source = "other/share/b.bin" },
        ];
        foreach (PartialKey other in others)
        {
            Leave(0, 25);
            using SafeRoot root = SafeRoot.Open(_temp.Path);
            using PartialFile partial = PartialFile.Open(root, other);
            Assert.Equal(0, partial.BytesFound);
            partial.Discard();
        }
    }

    [Fact]
    public void The_same_content_goes_on_whoever_has_it_and_however_old_it_is()
    {
        ContentHash content = Blake3Hasher.Hash(_content);
        Leave(0, 25, _key with { Root = content });

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using (PartialFile partial = PartialFile.Open(root, _key with { Source = "another", ModifiedUnixNs = 1, Root = content }))
        {
            Assert.Equal(25 * GroupBytes, partial.BytesFound);
        }

        using PartialFile changed = PartialFile.Open(root, _key with { Root = Blake3Hasher.Hash([1]) });
        Assert.Equal(0, changed.BytesFound);
    }

    [Fact]
    public void What_was_altered_meanwhile_is_asked_for_again()
    {
        Leave(0, 25);
        using (FileStream data = new(Kept("*.data"), FileMode.Open, FileAccess.ReadWrite))
        {
            data.Position = (3 * GroupBytes) + 17;
            data.WriteByte((byte)(_content[(3 * GroupBytes) + 17] ^ 1));
        }

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile partial = PartialFile.Open(root, _key);

        Assert.False(partial.Has(3));
        Assert.Equal(24 * GroupBytes, partial.BytesFound);
        Fill(partial, 3, 4);
        Fill(partial, 25, Groups);
        Commit(partial);
        Assert.Equal(_content, File.ReadAllBytes(_temp["a", "b.bin"]));
    }

    [Fact]
    public void After_another_boot_everything_is_read_again()
    {
        Leave(0, 25);
        string data = Kept("*.data");
        DateTime before = File.GetLastWriteTimeUtc(data);
        using (FileStream altered = new(data, FileMode.Open, FileAccess.ReadWrite))
        {
            altered.SetLength(20 * GroupBytes);
        }

        // As if only the journal had reached the disk: written after the data, but in another boot.
        File.SetLastWriteTimeUtc(data, before);
        RewriteJournal("another boot", 25);

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile partial = PartialFile.Open(root, _key);
        Assert.Equal(20 * GroupBytes, partial.BytesFound);
    }

    [Fact]
    public void In_the_same_boot_an_untouched_partial_is_believed()
    {
        // The counterpart of the test before: the same state, but with this boot's id, is not read.
        Leave(0, 25);
        using (FileStream altered = new(Kept("*.data"), FileMode.Open, FileAccess.ReadWrite))
        {
            altered.SetLength(20 * GroupBytes);
        }

        RewriteJournal(BootSession.Id, 25);

        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile partial = PartialFile.Open(root, _key);
        Assert.Equal((OperatingSystem.IsLinux() ? 25 : 20) * GroupBytes, partial.BytesFound);
        Fill(partial, 25, Groups);
        partial.Discard();
    }

    [Fact]
    public void After_the_clock_was_set_back_nothing_is_believed_unread()
    {
        const long Written = 1_700_000_000_000_000_001;
        DateTimeOffset after = DateTimeOffset.UnixEpoch.AddTicks((Written / 100) + 10);
        FileFacts data = new(100, Written - 1000, 1, 1, Written - 1000);
        FileFacts journal = new(100, Written, 1, 2, Written);

        Assert.True(KeptFolder.IsSealed(journal, data, after));
        Assert.False(KeptFolder.IsSealed(journal, data with { ChangedUnixNs = Written + 1 }, after));

        // Set back, whatever is written now looks older than the journal.
        Assert.False(KeptFolder.IsSealed(journal, data, after.AddHours(-1)));
    }

    [Fact]
    public void A_wrong_root_leaves_nothing()
    {
        Leave(0, 25);
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Fill(partial, 25, Groups);
            PeerShareException wrong = Assert.Throws<PeerShareException>(() => partial.Commit(
                ["a", "b.bin"], CommitMode.NoReplace, null, false, Blake3Hasher.Hash([1]), out _));
            Assert.Equal(PeerError.ContentMismatch, wrong.Error);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void A_file_with_missing_groups_gets_no_name()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile partial = PartialFile.Open(root, _key);
        Fill(partial, 0, Groups - 1);

        Assert.Throws<PeerShareException>(() => Commit(partial));
        Assert.False(File.Exists(_temp["a", "b.bin"]));
    }

    [Fact]
    public void A_withdrawn_group_is_not_claimed_by_the_journal_either()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using (PartialFile partial = PartialFile.Open(root, _key))
        {
            Fill(partial, 0, 10);
            partial.Flush();
            partial.Withdraw(4);
        }

        using PartialFile again = PartialFile.Open(root, _key);
        Assert.False(again.Has(4));
        Assert.Equal(9 * GroupBytes, again.BytesFound);
    }

    [Fact]
    public void Two_at_once_do_not_share_a_partial()
    {
        Leave(0, 25);
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile first = PartialFile.Open(root, _key);
        using (PartialFile second = PartialFile.Open(root, _key))
        {
            Assert.Equal(0, second.BytesFound);
            Fill(second, 0, Groups);
            second.Flush();
            Commit(second);
        }

        Fill(first, 25, Groups);
        first.Commit(["c.bin"], CommitMode.NoReplace, null, false, Blake3Hasher.Hash(_content), out _);
        Assert.Equal(_content, File.ReadAllBytes(_temp["a", "b.bin"]));
        Assert.Equal(_content, File.ReadAllBytes(_temp["c.bin"]));
    }

    [Fact]
    public void Nobody_else_may_look_into_the_folder_of_partial_files()
    {
        Leave(0, 25);
        if (!OperatingSystem.IsWindows())
        {
            string folder = Path.GetDirectoryName(Kept("*.data"))!;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }
    }

    [Fact]
    public void Old_ones_are_cleaned_away_and_young_ones_stay()
    {
        Leave(0, 25);
        Use();
        Assert.True(File.Exists(Kept("*.data")));

        DateTime old = DateTime.UtcNow - KeptFolder.MaximumAge - TimeSpan.FromHours(1);
        File.SetLastWriteTimeUtc(Kept("*.data"), old);
        File.SetLastWriteTimeUtc(Kept("*.journal"), old);
        Use();

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    private void Use()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        root.Stage(0).Dispose();
    }

    private void Leave(int from, int to, PartialKey? key = null)
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        using PartialFile partial = PartialFile.Open(root, key ?? _key);
        Fill(partial, from, to);
    }

    private void RewriteJournal(string bootId, int groups)
    {
        using FileStream file = new(Kept("*.journal"), FileMode.Open, FileAccess.ReadWrite);
        PartialJournal journal = PartialJournal.Begin(file.SafeFileHandle, _key, bootId);
        journal.Claim([.. Enumerable.Range(0, groups).Select(g => ((long)g, Blake3Hasher.HashGroup(_layout, g, Bytes(g))))]);
    }

    private string Kept(string pattern) =>
        Directory.GetFiles(_temp[SafeRoot.StagingName, KeptFolder.Name], pattern).Single();

    private void Fill(PartialFile partial, int from, int to)
    {
        for (int group = from; group < to; group++)
        {
            partial.Write(group, Bytes(group), Blake3Hasher.HashGroup(_layout, group, Bytes(group)));
        }
    }

    private ReadOnlySpan<byte> Bytes(int group) => _content.AsSpan(group * GroupBytes, _layout.LengthOf(group));

    private void Commit(PartialFile partial) =>
        partial.Commit(["a", "b.bin"], CommitMode.NoReplace, null, false, Blake3Hasher.Hash(_content), out _);
}
