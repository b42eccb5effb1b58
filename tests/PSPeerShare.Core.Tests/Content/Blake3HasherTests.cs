using System.Text.Json;
using CsCheck;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Content.Kernels;

namespace PSPeerShare.Core.Tests.Content;

public sealed class Blake3HasherTests
{
    public static TheoryData<string> Kernels => [.. KernelSet.Supported.Select(kernel => kernel.Kind.ToString())];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_official_vectors_are_met(string kernel)
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "blake3.json")));
        var cases = vectors.RootElement.GetProperty("cases");
        Assert.Equal(35, cases.GetArrayLength());
        foreach (var vector in cases.EnumerateArray())
        {
            var data = Oracle.Pattern(vector.GetProperty("length").GetInt32());
            Assert.Equal(vector.GetProperty("hash").GetString(), Hash(kernel, data));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_length_around_the_edges_of_blocks_chunks_passes_and_batches_equals_the_oracle(string kernel)
    {
        var data = Oracle.Random((520 * 1024) + 65, seed: 1);
        foreach (var length in EdgeLengths())
        {
            Assert.Equal(Oracle.Hash(data.AsSpan(0, length)), Hash(kernel, data.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Input_split_anywhere_gives_the_hash_of_the_whole(string kernel)
    {
        var data = Oracle.Random(700_000, seed: 2);
        var hasher = Create(kernel);
        var split = Gen.Int[0, data.Length].SelectMany(total => Gen.Int[1, 40_000].List[1, 12].Select(steps => (total, steps)));
        split.Sample(
            input =>
            {
                hasher.Reset();
                var rest = data.AsSpan(0, input.total);
                for (var step = 0; !rest.IsEmpty; step++)
                {
                    var taken = Math.Min(rest.Length, input.steps[step % input.steps.Count]);
                    hasher.Update(rest[..taken]);
                    rest = rest[taken..];
                }

                Assert.Equal(input.total, hasher.Length);
                Assert.Equal(Blake3Hasher.Hash(data.AsSpan(0, input.total)), hasher.Finish());
            },
            iter: 200,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Single_bytes_give_the_hash_of_the_whole(string kernel)
    {
        var data = Oracle.Random(5_000, seed: 3);
        var hasher = Create(kernel);
        for (var length = 1; length <= data.Length; length++)
        {
            hasher.Update(data.AsSpan(length - 1, 1));
            if (length % 61 == 0)
            {
                Assert.Equal(Oracle.Hash(data.AsSpan(0, length)), hasher.Finish().ToString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Asking_for_the_hash_between_updates_changes_nothing(string kernel)
    {
        var data = Oracle.Random(300 * 1024, seed: 4);
        foreach (var step in new[] { 1024, 2048, 5 * 1024, 16 * 1024, 33_000 })
        {
            var hasher = Create(kernel);
            for (var start = 0; start < data.Length; start += step)
            {
                var end = Math.Min(data.Length, start + step);
                hasher.Update(data.AsSpan(start, end - start));
                var first = hasher.Finish();
                Assert.Equal(first, hasher.Finish());
                Assert.Equal(Blake3Hasher.Hash(data.AsSpan(0, end)), first);
            }
        }
    }

    [Fact]
    public void The_chunk_counter_goes_past_32_bits()
    {
        // A file of more than 4 TiB: the counter's high word must be that of each lane.
        var chunks = Oracle.Random(16 * 1024, seed: 5);
        const ulong First = (1UL << 32) - 8;
        var expected = HashChunks(KernelSet.Get(Blake3Kernel.Scalar), chunks, First);
        Assert.All(KernelSet.Supported, kernel => Assert.Equal(expected, HashChunks(kernel, chunks, First)));
    }

    [Fact]
    public void Update_and_finish_allocate_nothing()
    {
        var data = Oracle.Random(1 << 20, seed: 6);
        var hasher = new Blake3Hasher();
        hasher.Update(data);
        hasher.Finish();
        Blake3Hasher.Hash(data);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
        {
            hasher.Update(data.AsSpan(0, 1000 + (i * 977)));
            hasher.Finish();
            Blake3Hasher.Hash(data.AsSpan(0, 100_001));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_fastest_kernel_that_the_machine_has_is_taken()
    {
        var kinds = KernelSet.Supported.Select(kernel => kernel.Kind).ToArray();
        Assert.Equal(kinds.Order(), kinds);
        Assert.Equal(Blake3Kernel.Scalar, kinds[0]);
        Assert.Equal(kinds[^1], KernelSet.Fastest.Kind);
    }

    private static Blake3Hasher Create(string kernel) => new(Enum.Parse<Blake3Kernel>(kernel));

    private static string Hash(string kernel, ReadOnlySpan<byte> data)
    {
        var hasher = Create(kernel);
        hasher.Update(data);
        return hasher.Finish().ToString();
    }

    private static unsafe byte[] HashChunks(CompressionKernel kernel, byte[] chunks, ulong counter)
    {
        var output = new byte[chunks.Length / 32];
        fixed (byte* input = chunks, hashes = output)
        {
            kernel.HashChunks(input, chunks.Length / 1024, counter, hashes);
        }

        return output;
    }

    private static IEnumerable<int> EdgeLengths()
    {
        var edges = new List<int>();
        edges.AddRange(Enumerable.Range(0, 18).Select(block => block * 64));
        edges.AddRange(Enumerable.Range(1, 35).Select(chunk => chunk * 1024));
        edges.AddRange(new[] { 48, 63, 64, 127, 128, 255, 256, 257, 258, 511, 512, 513, 520 }.Select(chunk => chunk * 1024));
        return edges.SelectMany(edge => new[] { edge - 65, edge - 1, edge, edge + 1, edge + 64 })
            .Where(length => length >= 0)
            .Distinct();
    }
}
