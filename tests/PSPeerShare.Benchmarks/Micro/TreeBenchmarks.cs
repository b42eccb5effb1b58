using BenchmarkDotNet.Attributes;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Benchmarks.Micro;

/// <summary>P6: root and outboard of 256 MiB in memory, streamed and on one and two cores; one group verified.</summary>
[MemoryDiagnoser]
public class TreeBenchmarks
{
    private const int Bytes = 256 * 1024 * 1024;

    private readonly byte[] _data = new byte[Bytes];
    private readonly TreeHasher _tree = new();
    private Outboard _outboard = null!;

    [GlobalSetup]
    public void SetUp()
    {
        new Random(1).NextBytes(_data);
        _outboard = ParallelHasher.Hash(_data, 2, CancellationToken.None);
    }

    [Benchmark]
    public ContentHash Stream()
    {
        for (var start = 0; start < Bytes; start += 1024 * 1024)
        {
            _tree.Update(_data.AsSpan(start, 1024 * 1024));
        }

        return _tree.Finish().Root;
    }

    [Benchmark(Baseline = true)]
    public ContentHash OneCore() => ParallelHasher.Hash(_data, 1, CancellationToken.None).Root;

    [Benchmark]
    public ContentHash TwoCores() => ParallelHasher.Hash(_data, 2, CancellationToken.None).Root;

    [Benchmark]
    public bool VerifyOutboard() =>
        Outboard.TryVerify(_outboard.Root, Bytes, _outboard.Bytes.Span, out _);

    [Benchmark]
    public bool VerifyGroup() => _outboard.Proves(7, _data.AsSpan(7 * 65536, 65536));
}
