using BenchmarkDotNet.Attributes;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Content.Kernels;

namespace PSPeerShare.Benchmarks.Micro;

/// <summary>P6: BLAKE3 on one core, each kernel that the machine has, by size of input.</summary>
[MemoryDiagnoser]
public class Blake3Benchmarks
{
    private byte[] _data = [];
    private Blake3Hasher _hasher = new();

    [Params(64, 4 * 1024, 64 * 1024, 1024 * 1024, 64 * 1024 * 1024)]
    public int Bytes { get; set; }

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = nameof(Blake3Kernel.Scalar);

    public static IEnumerable<string> Kernels => KernelSet.Supported.Select(kernel => kernel.Kind.ToString());

    [GlobalSetup]
    public void SetUp()
    {
        _data = new byte[Bytes];
        new Random(1).NextBytes(_data);
        _hasher = new Blake3Hasher(Enum.Parse<Blake3Kernel>(Kernel));
    }

    [Benchmark]
    public ContentHash Hash()
    {
        _hasher.Reset();
        _hasher.Update(_data);
        return _hasher.Finish();
    }
}
