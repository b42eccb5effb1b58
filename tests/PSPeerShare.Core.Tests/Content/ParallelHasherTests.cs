using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Tests.Content;

public sealed class ParallelHasherTests
{
    private const int MiB = 1024 * 1024;

    public static TheoryData<int> Lengths =>
    [
        0, 1, 1024, 16_384, 16_385, 100_000, 262_144, 262_145, MiB - 1, MiB, MiB + 1, (3 * MiB) + 12_345,
        (64 * MiB) + 1, (130 * MiB) + 7,
    ];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Any_number_of_threads_yields_the_tree_of_one(int length)
    {
        var data = Oracle.Random(length, seed: 41);
        var alone = new TreeHasher();
        alone.Update(data);
        var expected = alone.Finish();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            AssertSame(expected, ParallelHasher.Hash(data, threads, CancellationToken.None));
            AssertSame(expected, ParallelHasher.Hash(length, Reader(data), threads, CancellationToken.None));
        }
    }

    [Fact]
    public void Groups_of_half_a_mebibyte_and_more_are_hashed_too()
    {
        // Every segment reads the same bytes, so a large content needs no large memory.
        var data = Oracle.Random(MiB, seed: 42);
        const long Length = (2049L * MiB) + 5000;
        var outboard = ParallelHasher.Hash(
            Length, (_, destination) => data.AsSpan(0, destination.Length).CopyTo(destination), 2, CancellationToken.None);
        Assert.Equal(MiB, outboard.Layout.GroupBytes);

        var whole = new Blake3Hasher();
        for (var segment = 0; segment < 2049; segment++)
        {
            whole.Update(data);
        }

        whole.Update(data.AsSpan(0, 5000));
        Assert.Equal(whole.Finish(), outboard.Root);
    }

    [Fact]
    public void Every_byte_is_read_exactly_once()
    {
        var reads = new byte[(9 * MiB) + 321];
        ParallelHasher.Hash(
            reads.Length,
            (offset, destination) =>
            {
                foreach (ref var read in reads.AsSpan((int)offset, destination.Length))
                {
                    read++;
                }
            },
            3,
            CancellationToken.None);
        Assert.DoesNotContain(reads, read => read != 1);
    }

    [Fact]
    public void What_the_reader_throws_comes_out_as_it_is() =>
        Assert.Throws<EndOfStreamException>(() => ParallelHasher.Hash(
            20 * MiB,
            (offset, _) =>
            {
                if (offset >= 5 * MiB)
                {
                    throw new EndOfStreamException();
                }
            },
            2,
            CancellationToken.None));

    [Fact]
    public void Cancelling_ends_it_between_two_segments()
    {
        using var cancel = new CancellationTokenSource();
        var reads = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => ParallelHasher.Hash(
            1000L * MiB,
            (_, _) =>
            {
                Interlocked.Increment(ref reads);
                cancel.Cancel();
            },
            2,
            cancel.Token));
        Assert.InRange(reads, 1, 10);
    }

    [Fact]
    public void No_threads_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ParallelHasher.Hash(new byte[5], 0, CancellationToken.None));

    private static SegmentReader Reader(byte[] data) =>
        (offset, destination) => data.AsSpan((int)offset, destination.Length).CopyTo(destination);

    private static void AssertSame(Outboard expected, Outboard actual)
    {
        Assert.Equal(expected.Root, actual.Root);
        Assert.Equal(expected.Layout, actual.Layout);
        Assert.True(expected.Bytes.Span.SequenceEqual(actual.Bytes.Span));
    }
}
