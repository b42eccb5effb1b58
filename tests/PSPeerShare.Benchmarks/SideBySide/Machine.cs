using System.Runtime.InteropServices;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>What the figures were taken on, for whoever reads them later.</summary>
internal static class Machine
{
    public static object Describe() => new
    {
        Processor = FieldOf("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Memory = FieldOf("/proc/meminfo", "MemTotal"),
        Kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        Scratch = SideBySideOptions.Scratch,
        Load = Load(),
        Date = DateTime.UtcNow,
    };

    /// <summary>How many processes waited for a processor in the last minute; figures of a busy machine say little.</summary>
    public static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    public static string Line() =>
        $"{FieldOf("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} processors, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}, load {Load()}";

    private static string FieldOf(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "";
}
