using System.Globalization;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>The processor time of a program and of all that it has started, as Linux counts it.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of each kind of process; of a browser, what its <c>--type</c> says.</summary>
    public static Dictionary<string, double> Seconds(int root)
    {
        Dictionary<int, (int Parent, double Seconds)> all = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Read(id) is { } found)
            {
                all[id] = found;
            }
        }

        Dictionary<string, double> seconds = [];
        foreach (int id in all.Keys.Where(IsBelow))
        {
            string kind = KindOf(id);
            seconds[kind] = seconds.GetValueOrDefault(kind) + all[id].Seconds;
        }

        return seconds;

        bool IsBelow(int id) => id == root || (all.TryGetValue(id, out (int Parent, double) one) && IsBelow(one.Parent));
    }

    // proc(5): "pid (name) state ppid …", the times in user and system mode are the fields 14 and 15.
    private static (int Parent, double Seconds)? Read(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[1]), (Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    private static string KindOf(int id)
    {
        try
        {
            string[] arguments = File.ReadAllText($"/proc/{id}/cmdline").Split('\0', ' ');
            return Array.Find(arguments, a => a.StartsWith("--type=", StringComparison.Ordinal))?["--type=".Length..] ?? "main";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "gone";
        }
    }
}
