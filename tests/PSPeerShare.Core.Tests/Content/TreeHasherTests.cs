using CsCheck;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Content.Kernels;

namespace PSPeerShare.Core.Tests.Content;

public sealed class TreeHasherTests
{
    private const int MiB = 1024 * 1024;

    public static TheoryData<string> Kernels => [.. KernelSet.Supported.Select(kernel => kernel.Kind.ToString())];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_kernel_yields_the_same_tree_however_the_content_is_split(string kernel)
    {
        var data = Oracle.Random(2 * MiB, seed: 31);
        var hasher = new TreeHasher(Enum.Parse<Blake3Kernel>(kernel));
        var splits = Gen.Int[0, data.Length].SelectMany(total => Gen.Int[1, 400_000].List[1, 6].Select(steps => (total, steps)));
        splits.Sample(
            input =>
            {
                var rest = data.AsSpan(0, input.total);
                for (var step = 0; !rest.IsEmpty; step++)
                {
                    var taken = Math.Min(rest.Length, input.steps[step % input.steps.Count]);
                    hasher.Update(rest[..taken]);
                    rest = rest[taken..];
                }

                Assert.Equal(input.total, hasher.Length);
                AssertIsTreeOf(data.AsSpan(0, input.total), hasher.Finish());
                Assert.Equal(0, hasher.Length);
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public void Lengths_around_every_leaf_edge_give_the_tree_of_the_content()
    {
        var data = Oracle.Random((18 * GroupLayout.FewestBytes) + 1, seed: 32);
        var hasher = new TreeHasher();
        for (var leaf = 0; leaf <= 18; leaf++)
        {
            foreach (var step in new[] { -1024, -1, 0, 1 })
            {
                var length = (leaf * GroupLayout.FewestBytes) + step;
                if (length >= 0)
                {
                    hasher.Update(data.AsSpan(0, length));
                    AssertIsTreeOf(data.AsSpan(0, length), hasher.Finish());
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData((64 * MiB) - 1)]
    public void Groups_grow_with_a_content_that_outgrows_the_small_ones(int beyond)
    {
        var data = Oracle.Random((64 * MiB) + beyond, seed: 33);
        var hasher = new TreeHasher();
        foreach (var piece in Enumerable.Range(0, (data.Length + 999_999) / 1_000_000))
        {
            var start = piece * 1_000_000;
            hasher.Update(data.AsSpan(start, Math.Min(1_000_000, data.Length - start)));
        }

        AssertIsTreeOf(data, hasher.Finish());
    }

    [Fact]
    public void A_content_of_more_than_two_gibibytes_has_groups_of_one_mebibyte()
    {
        var data = Oracle.Random(MiB, seed: 34);
        var whole = new Blake3Hasher();
        var hasher = new TreeHasher();
        for (var i = 0; i < 2049; i++)
        {
            whole.Update(data);
            hasher.Update(data);
        }

        whole.Update(data.AsSpan(0, 5000));
        hasher.Update(data.AsSpan(0, 5000));
        var outboard = hasher.Finish();
        Assert.Equal(whole.Finish(), outboard.Root);
        Assert.Equal(MiB, outboard.Layout.GroupBytes);
        Assert.Equal(2050, outboard.Layout.Count);
        Assert.All([0L, 1, 1023, 1024, 2048], group => Assert.True(outboard.Proves(group, data)));
        Assert.True(outboard.Proves(2049, data.AsSpan(0, 5000)));
    }

    [Fact]
    public void Updates_allocate_nothing_once_the_first_content_was_hashed()
    {
        var data = Oracle.Random(3 * MiB, seed: 35);
        var hasher = new TreeHasher();
        hasher.Update(data);
        hasher.Finish();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var start = 0; start + 70_000 < data.Length; start += 70_000)
        {
            hasher.Update(data.AsSpan(start, 70_000));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertIsTreeOf(ReadOnlySpan<byte> data, Outboard outboard)
    {
        Assert.Equal(Blake3Hasher.Hash(data), outboard.Root);
        Assert.Equal(new GroupLayout(data.Length), outboard.Layout);
        for (var group = 0L; group < outboard.Layout.Count; group++)
        {
            Assert.True(outboard.Proves(
                group, data.Slice((int)outboard.Layout.OffsetOf(group), outboard.Layout.LengthOf(group))));
        }
    }
}
