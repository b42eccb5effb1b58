namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>What a run without a page and one with it, one right after the other, say together.</summary>
internal static class Sampling
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Between which two of the values the true median lies in 95 of 100 cases; all of them when they are too few.</summary>
    /// <remarks>By the order of the values alone (binomial), whatever their distribution.</remarks>
    public static (double Low, double High) Interval(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int cut = 0;
        double ways = 1, below = 0;
        for (int k = 0; k < sorted.Length / 2; k++)
        {
            below += ways;
            if (2 * below / Math.Pow(2, sorted.Length) > 0.05)
            {
                break;
            }

            cut = k + 1;
            ways = ways * (sorted.Length - k) / (k + 1);
        }

        int first = Math.Max(0, cut - 1);
        return (sorted[first], sorted[^(first + 1)]);
    }
}
