using CsCheck;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Tests.Content;

public sealed class GroupLayoutTests
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;
    private const long GiB = 1024 * MiB;

    // The figures are part of the protocol: two nodes must cut a content alike.
    [Theory]
    [InlineData(0, 16 * KiB, 1)]
    [InlineData(1, 16 * KiB, 1)]
    [InlineData(16 * KiB, 16 * KiB, 1)]
    [InlineData((16 * KiB) + 1, 16 * KiB, 2)]
    [InlineData(64 * MiB, 16 * KiB, 4096)]
    [InlineData((64 * MiB) + 1, 32 * KiB, 2049)]
    [InlineData(128 * MiB, 32 * KiB, 4096)]
    [InlineData(GiB, 256 * KiB, 4096)]
    [InlineData(GiB + 1, 512 * KiB, 2049)]
    [InlineData(2 * GiB, 512 * KiB, 4096)]
    [InlineData((2 * GiB) + 1, MiB, 2049)]
    [InlineData(5 * GiB, MiB, 5120)]
    [InlineData(long.MaxValue, MiB, 8796093022208)]
    public void The_group_size_is_a_fixed_function_of_the_length(long length, long groupBytes, long count)
    {
        var layout = new GroupLayout(length);
        Assert.Equal(groupBytes, layout.GroupBytes);
        Assert.Equal(count, layout.Count);
    }

    [Fact]
    public void The_groups_of_any_length_cover_it_without_gap_or_overlap()
    {
        var lengths = Gen.OneOf(Gen.Long[0, 100_000], Gen.Long[0, 8 * GiB], Gen.Long[0, long.MaxValue]);
        lengths.Sample(length =>
        {
            var layout = new GroupLayout(length);
            var last = layout.Count - 1;
            Assert.Equal(length, layout.OffsetOf(last) + layout.LengthOf(last));
            Assert.InRange(layout.LengthOf(last), length == 0 ? 0 : 1, layout.GroupBytes);
            if (last > 0)
            {
                Assert.Equal(layout.GroupBytes, layout.LengthOf(last - 1));
                Assert.Equal(layout.OffsetOf(last), layout.OffsetOf(last - 1) + layout.GroupBytes);
            }
        });
    }

    [Fact]
    public void A_negative_length_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupLayout(-1));

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(long.MaxValue)]
    public void A_group_that_does_not_exist_is_refused(long group)
    {
        var layout = new GroupLayout((3 * 16 * KiB) + 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.OffsetOf(group));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.LengthOf(group));
    }
}
