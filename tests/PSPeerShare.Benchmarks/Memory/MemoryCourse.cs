using PSPeerShare.Benchmarks.SideBySide;

namespace PSPeerShare.Benchmarks.Memory;

/// <summary>How a process's memory went while something ran.</summary>
/// <param name="before">Bytes before it began.</param>
internal sealed class MemoryCourse(long before)
{
    private readonly List<long> _looks = [before];

    public long Before => before;

    /// <summary>The most above what was there before.</summary>
    public long Most => _looks.Max() - before;

    /// <summary>The most in the first fifth.</summary>
    public long MostEarly => _looks[..Math.Max(1, _looks.Count / 5)].Max() - before;

    /// <summary>The most in the last fifth; what grows with the work shows here.</summary>
    public long MostLate => _looks[^Math.Max(1, _looks.Count / 5)..].Max() - before;

    public void Add(long bytes) => _looks.Add(bytes);

    public string[] Row(string name) => [name, Mebibytes(Before), Mebibytes(MostEarly), Mebibytes(MostLate), Mebibytes(Most)];

    public static string Mebibytes(double bytes) => ResultTable.Text($"{bytes / (1 << 20):0.0} MiB");
}
