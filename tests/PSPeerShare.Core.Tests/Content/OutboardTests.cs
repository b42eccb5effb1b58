using CsCheck;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Tests.Content;

public sealed class OutboardTests
{
    private const int Group = GroupLayout.FewestBytes;

    private static readonly Gen<int> Lengths = Gen.OneOf(
        Gen.Int[0, 3 * Group],
        Gen.Int[0, 40 * Group],
        Gen.Int[1, 24].SelectMany(groups => Gen.Int[-1, 1].Select(step => (groups * Group) + step)));

    [Fact]
    public void Group_hashes_of_any_length_recompose_to_the_oracles_root()
    {
        var data = Oracle.Random((40 * Group) + 2, seed: 11);
        Lengths.Sample(
            length =>
            {
                var content = data.AsSpan(0, length);
                var outboard = Build(content);
                Assert.Equal(Oracle.Hash(content), outboard.Root.ToString());
                Assert.Equal(Outboard.SizeFor(length), outboard.Bytes.Length);
            },
            iter: 150);
    }

    [Fact]
    public void What_was_sent_is_verified_and_proves_every_group()
    {
        var data = Oracle.Random((40 * Group) + 2, seed: 12);
        Lengths.Sample(
            length =>
            {
                var sent = Build(data.AsSpan(0, length));
                Assert.True(Outboard.TryVerify(sent.Root, length, sent.Bytes.Span, out var outboard));
                for (var group = 0L; group < outboard.Layout.Count; group++)
                {
                    Assert.Equal(sent.HashOf(group), outboard.HashOf(group));
                    Assert.True(outboard.Proves(group, DataOf(outboard.Layout, group, data)));
                }
            },
            iter: 150);
    }

    [Fact]
    public void Data_with_any_bit_flipped_is_refused()
    {
        var data = Oracle.Random((40 * Group) + 2, seed: 13);
        var cases = Lengths.Where(length => length > 0).SelectMany(length => Gen.Long[0, (length * 8L) - 1].Select(bit => (length, bit)));
        cases.Sample(
            input =>
            {
                var outboard = Build(data.AsSpan(0, input.length));
                var group = input.bit / 8 / Group;
                var changed = DataOf(outboard.Layout, group, data).ToArray();
                Flip(changed, input.bit % (Group * 8));
                Assert.False(outboard.Proves(group, changed));
            },
            iter: 300);
    }

    [Fact]
    public void An_outboard_or_root_with_any_bit_flipped_is_refused()
    {
        var data = Oracle.Random((40 * Group) + 2, seed: 14);
        var cases = Gen.Int[Group + 1, data.Length].SelectMany(length =>
            Gen.Long[0, (Outboard.SizeFor(length) * 8) - 1].Select(Gen.Int[0, 255], (bit, rootBit) => (length, bit, rootBit)));
        cases.Sample(
            input =>
            {
                var outboard = Build(data.AsSpan(0, input.length));
                var changed = outboard.Bytes.ToArray();
                Flip(changed, input.bit);
                Assert.False(Outboard.TryVerify(outboard.Root, input.length, changed, out var refused));
                Assert.Null(refused);

                var root = outboard.Root.ToArray();
                Flip(root, input.rootBit);
                Assert.False(Outboard.TryVerify(ContentHash.FromBytes(root), input.length, outboard.Bytes.Span, out _));
            },
            iter: 300);
    }

    [Fact]
    public void A_single_group_is_proven_by_the_root()
    {
        var data = Oracle.Random(Group, seed: 15);
        var root = Blake3Hasher.Hash(data);
        Assert.True(Outboard.TryVerify(root, data.Length, [], out var outboard));
        Assert.Equal(root, outboard.HashOf(0));
        Assert.True(outboard.Proves(0, data));
        data[5] ^= 1;
        Assert.False(outboard.Proves(0, data));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(Group)]
    [InlineData(2 * Group)]
    [InlineData((3 * Group) + 1)]
    [InlineData(long.MaxValue)]
    public void An_outboard_of_another_length_is_refused(long length)
    {
        var outboard = Build(Oracle.Random(3 * Group, seed: 16));
        Assert.False(Outboard.TryVerify(outboard.Root, length, outboard.Bytes.Span, out _));
    }

    [Fact]
    public void Data_of_another_length_or_group_is_refused()
    {
        var data = Oracle.Random((3 * Group) + 100, seed: 17);
        var outboard = Build(data);
        var first = data.AsSpan(0, Group);
        Assert.False(outboard.Proves(0, first[..^1]));
        Assert.False(outboard.Proves(0, data.AsSpan(0, Group + 1)));
        Assert.False(outboard.Proves(0, []));
        Assert.False(outboard.Proves(1, first));
        Assert.Throws<ArgumentOutOfRangeException>(() => outboard.Proves(4, data));
        Assert.Throws<ArgumentOutOfRangeException>(() => outboard.HashOf(4));
    }

    [Fact]
    public void Equal_data_in_two_groups_have_different_hashes()
    {
        var outboard = Build(new byte[2 * Group]);
        Assert.NotEqual(outboard.HashOf(0), outboard.HashOf(1));
    }

    [Fact]
    public void A_length_that_is_not_the_contents_proves_no_last_group()
    {
        // Hashes one level up match the root of a stated length of half the groups, but never any data.
        var data = Oracle.Random(4 * Group, seed: 18);
        var outboard = Build(data);
        var upper = outboard.Bytes.ToArray();
        GroupTreeLevel(upper, 4);
        Assert.True(Outboard.TryVerify(outboard.Root, 2 * Group, upper.AsSpan(0, 64), out var wrong));
        Assert.False(wrong.Proves(1, data.AsSpan(Group, Group)));

        // So does a last group that is stated shorter than it is.
        Assert.True(Outboard.TryVerify(outboard.Root, (4 * Group) - 9, outboard.Bytes.Span, out wrong));
        Assert.False(wrong.Proves(3, data.AsSpan(3 * Group, Group - 9)));
    }

    [Fact]
    public void Groups_hashed_in_any_order_make_the_outboard()
    {
        var data = Oracle.Random((7 * Group) + 77, seed: 19);
        var layout = new GroupLayout(data.Length);
        var hashes = new byte[layout.Count * 32];
        foreach (var group in new long[] { 5, 0, 7, 3, 1, 6, 2, 4 })
        {
            Blake3Hasher.HashGroup(layout, group, DataOf(layout, group, data)).CopyTo(hashes.AsSpan((int)group * 32));
        }

        Assert.Equal(Oracle.Hash(data), Outboard.FromGroups(data.Length, hashes).Root.ToString());
        Assert.Throws<ArgumentException>(() => Outboard.FromGroups(data.Length, hashes.AsSpan(32)));
    }

    [Fact]
    public void A_group_that_arrives_in_pieces_has_the_hash_of_the_whole()
    {
        var data = Oracle.Random((2 * Group) + 5_000, seed: 20);
        var outboard = Build(data);
        var hasher = new Blake3Hasher();
        for (var group = 0L; group < 3; group++)
        {
            hasher.ResetToGroup(outboard.Layout, group);
            foreach (var piece in DataOf(outboard.Layout, group, data).ToArray().Chunk(1_500))
            {
                hasher.Update(piece);
            }

            Assert.Equal(outboard.HashOf(group), hasher.Finish());
        }
    }

    private static Outboard Build(ReadOnlySpan<byte> data)
    {
        var hasher = new TreeHasher();
        hasher.Update(data);
        return hasher.Finish();
    }

    private static ReadOnlySpan<byte> DataOf(GroupLayout layout, long group, byte[] data) =>
        data.AsSpan((int)layout.OffsetOf(group), layout.LengthOf(group));

    private static void Flip(byte[] bytes, long bit) => bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));

    private static unsafe void GroupTreeLevel(byte[] hashes, int count)
    {
        fixed (byte* level = hashes)
        {
            GroupTree.JoinLevel(Core.Content.Kernels.KernelSet.Fastest, level, count);
        }
    }
}
