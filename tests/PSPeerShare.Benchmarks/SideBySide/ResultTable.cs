namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>One table of the report.</summary>
/// <param name="Title">What was measured.</param>
/// <param name="Columns">Their headings; the first one names the row.</param>
/// <param name="Rows">The cells as text.</param>
/// <param name="Note">What has to be said about it.</param>
internal sealed record ResultTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null)
{
    /// <summary>Costs of contenders, compared with the first of them.</summary>
    public static ResultTable Of(IReadOnlyList<Measurement> measurements, string? note = null)
    {
        Measurement first = measurements[0];
        int rounds = first.Rounds.Count;
        return new ResultTable(
            first.Scenario,
            ["", $"median of {rounds}", "min to max", "MiB/s", "CPU of both ends", "peak of client", "peak of server", $"time against {first.Contender}"],
            [.. measurements.Select(m => Row(m, first))],
            note);
    }

    public void Write(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"### {Title}");
        output.WriteLine();
        output.WriteLine($"| {string.Join(" | ", Columns)} |");
        output.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", Columns.Count))}");
        foreach (IReadOnlyList<string> row in Rows)
        {
            output.WriteLine($"| {string.Join(" | ", row)} |");
        }

        if (Note is not null)
        {
            output.WriteLine();
            output.WriteLine(Note);
        }

        output.WriteLine();
        output.Flush();
    }

    private static string[] Row(Measurement m, Measurement first) =>
    [
        m.Contender,
        Text($"{m.Seconds:0.00} s"),
        Text($"{m.Rounds.Min(static c => c.Seconds):0.00} to {m.Rounds.Max(static c => c.Seconds):0.00}"),
        m.Bytes > 0 ? Text($"{m.Bytes / m.Seconds / (1 << 20):0}") : "",
        Text($"{m.Cpu:0.00} s"),
        Text($"{m.ClientPeak / (1 << 20):0} MiB"),
        m.ServerPeak > 0 ? Text($"{m.ServerPeak / (1 << 20):0} MiB") : "",
        Text($"{m.Seconds / first.Seconds:0.00}"),
    ];

    public static string Text(FormattableString text) => FormattableString.Invariant(text);
}
