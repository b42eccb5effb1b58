using BenchmarkDotNet.Attributes;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Benchmarks.Micro;

/// <summary>What a name from the wire costs before anything may be done with it.</summary>
[MemoryDiagnoser]
public class PathBenchmarks
{
    private WireName _wire = new();

    [Params("docs/report.txt", "docs/2026/사진/holiday in the mountains/IMG_20260214_123456.jpg")]
    public string Name { get; set; } = "";

    [GlobalSetup]
    public void SetUp() => _wire = Parse().ToWire();

    [Benchmark]
    public object? FromWire() => WirePath.TryFromWire(_wire, out WirePath? path, out _) ? path : null;

    [Benchmark]
    public object ToWire() => Parse().ToWire();

    [Benchmark]
    public object FromText() => Parse();

    private WirePath Parse() => WirePath.TryParse(Name, out WirePath? path, out string why) ? path : throw new ArgumentException(why);
}
