using System.Text;
using System.Text.Json;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>All that was found out: each table is printed as soon as it is there, and all are kept for the JSON file.</summary>
internal sealed class ResultReport
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true };

    private readonly List<ResultTable> _tables = [];
    private readonly List<Measurement> _measurements = [];

    /// <summary>Costs of contenders, the first of which is what the others are compared with.</summary>
    public void Add(IReadOnlyList<Measurement> measurements, string? note = null)
    {
        _measurements.AddRange(measurements);
        Add(ResultTable.Of(measurements, note));
    }

    public void Add(ResultTable table)
    {
        _tables.Add(table);
        table.Write(Console.Out);
    }

    /// <summary>Written after every scenario, so that a run that is cut off leaves what it had.</summary>
    public void WriteJson(string path, object machine)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string text = JsonSerializer.Serialize(new { Machine = machine, Tables = _tables, Measurements = _measurements }, s_readable);
        File.WriteAllText(path, text, new UTF8Encoding(false));
    }
}
