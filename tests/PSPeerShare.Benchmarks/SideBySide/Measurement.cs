namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>All rounds of one contender in one scenario.</summary>
internal sealed record Measurement(string Scenario, string Contender, double Bytes, IReadOnlyList<Cost> Rounds)
{
    public double Seconds => Median(Rounds.Select(static c => c.Seconds));

    public double Cpu => Median(Rounds.Select(static c => c.ClientCpu + c.ServerCpu));

    public double ClientPeak => Median(Rounds.Select(static c => (double)c.ClientPeak));

    public double ServerPeak => Median(Rounds.Select(static c => (double)c.ServerPeak));

    public static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
