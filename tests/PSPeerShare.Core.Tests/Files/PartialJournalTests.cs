using CsCheck;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class PartialJournalTests : IDisposable
{
    private const int Groups = 300;

    private static readonly PartialKey s_key =
        new(["folder", "name"], "source", Groups * (long)GroupLayout.FewestBytes, 5, Blake3Hasher.Hash([3]));

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void What_is_read_is_what_was_written()
    {
        Gen.Int[0, Groups - 1].Array[0, 40].Array[0, 6].Sample(records =>
        {
            byte[] bytes = Write(records);
            (PartialKey? key, string boot, GroupHashes? hashes, bool isTorn) = Read(bytes);
            Assert.Equal("boot", boot);
            Assert.True(s_key.Continues(key!));
            Assert.False(isTorn);
            Assert.Equal(records.SelectMany(r => r).Distinct().Order().Select(g => (long)g), hashes!.Groups());
            Assert.All(hashes.Groups(), group => Assert.Equal(HashOf(group), Get(hashes, group)));
        }, iter: 100, threads: 1);
    }

    [Fact]
    public void A_journal_cut_anywhere_claims_whole_records_or_nothing()
    {
        var cases = Gen.Int[0, Groups - 1].Array[1, 30].Array[1, 5].Select(Gen.Double[0, 1]);
        cases.Sample((records, at) =>
        {
            byte[] bytes = Write(records);
            (PartialKey? key, _, GroupHashes? hashes, _) = Read(bytes[..(int)(at * (bytes.Length - 1))]);
            if (key is not null)
            {
                Assert.Contains(
                    [.. hashes!.Groups()],
                    Enumerable.Range(0, records.Length).Select(n => records.Take(n).SelectMany(r => r).Distinct().Order().Select(g => (long)g)));
            }
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_changed_bit_never_adds_or_alters_a_claim()
    {
        var cases = Gen.Int[0, Groups - 1].Array[1, 30].Array[1, 5].Select(Gen.Double[0, 1]);
        cases.Sample((records, at) =>
        {
            byte[] bytes = Write(records);
            long bit = (long)(at * ((bytes.Length * 8L) - 1));
            bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            (PartialKey? key, _, GroupHashes? hashes, bool isTorn) = Read(bytes);
            if (key is not null)
            {
                Assert.True(isTorn);
                Assert.All(hashes!.Groups(), group => Assert.Equal(HashOf(group), Get(hashes, group)));
                Assert.Subset(records.SelectMany(r => r).Select(g => (long)g).ToHashSet(), hashes.Groups().ToHashSet());
            }
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void Arbitrary_bytes_are_no_journal()
    {
        Gen.Byte.Array[0, 4096].Sample(bytes => Assert.Null(Read(bytes).Key), iter: 200, threads: 1);
    }

    [Fact]
    public void Another_version_is_no_journal()
    {
        byte[] bytes = Write([[1, 2, 3]]);
        bytes[7]++;
        Assert.Null(Read(bytes).Key);
    }

    private static ContentHash HashOf(long group) => Blake3Hasher.Hash(BitConverter.GetBytes(group));

    private static ContentHash Get(GroupHashes hashes, long group) => hashes.TryGet(group, out ContentHash hash) ? hash : default;

    private byte[] Write(int[][] records)
    {
        string path = _temp["journal"];
        using (SafeFileHandle handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite))
        {
            PartialJournal journal = PartialJournal.Begin(handle, s_key, "boot");
            foreach (int[] record in records)
            {
                journal.Claim([.. record.Select(g => ((long)g, HashOf(g)))]);
            }
        }

        return File.ReadAllBytes(path);
    }

    private (PartialKey? Key, string Boot, GroupHashes? Hashes, bool IsTorn) Read(byte[] bytes)
    {
        string path = _temp["journal"];
        File.WriteAllBytes(path, bytes);
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        PartialJournal? journal = PartialJournal.Read(handle, out PartialKey? key, out string boot, out GroupHashes? hashes);
        return (journal is null ? null : key, boot, hashes, journal?.IsTorn ?? false);
    }
}
