using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>The measurements as a table for people and as JSON for programs.</summary>
internal sealed class ResultTable
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true };

    private readonly List<Measurement> _measurements = [];

    public void Add(Measurement measurement) => _measurements.Add(measurement);

    public void Write(TextWriter output)
    {
        foreach (IGrouping<string, Measurement> scenario in _measurements.GroupBy(static m => m.Scenario))
        {
            Measurement first = scenario.First();
            output.WriteLine();
            output.WriteLine($"### {scenario.Key}");
            output.WriteLine();
            output.WriteLine("| | median | min to max | MiB/s | CPU of both ends | peak of the client | time against PSPeerShare |");
            output.WriteLine("|---|---|---|---|---|---|---|");
            foreach (Measurement m in scenario)
            {
                output.WriteLine(Row(m, first));
            }
        }
    }

    public void WriteJson(string path, object machine) => File.WriteAllText(
        path, JsonSerializer.Serialize(new { Machine = machine, Measurements = _measurements }, s_readable), new UTF8Encoding(false));

    private static string Row(Measurement m, Measurement first)
    {
        double min = m.Rounds.Min(static c => c.Seconds);
        double max = m.Rounds.Max(static c => c.Seconds);
        string rate = m.Bytes > 0 ? $"{m.Bytes / m.Seconds / (1 << 20):0}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {m.Contender} | {m.Seconds:0.00} s | {min:0.00} to {max:0.00} | {rate} | {m.Cpu:0.00} s | {m.ClientPeak / (1 << 20):0} MiB | {m.Seconds / first.Seconds:0.00} |");
    }
}
