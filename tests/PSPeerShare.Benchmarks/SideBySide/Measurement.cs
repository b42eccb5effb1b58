namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>All rounds of one contender in one scenario.</summary>
internal sealed record Measurement(string Scenario, string Contender, double Bytes, IReadOnlyList<Cost> Rounds)
{
    public double Seconds => Median(static c => c.Seconds);

    public double Cpu => Median(static c => c.ClientCpu + c.ServerCpu);

    public double ClientPeak => Median(static c => c.ClientPeak);

    private double Median(Func<Cost, double> figure)
    {
        double[] sorted = [.. Rounds.Select(figure).Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
