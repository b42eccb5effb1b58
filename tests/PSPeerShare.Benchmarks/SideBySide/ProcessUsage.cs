using System.Globalization;
using System.Runtime.InteropServices;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>What processes cost, as Linux counts it: getrusage(2) for those that have ended, proc(5) for servers.</summary>
internal static partial class ProcessUsage
{
    private const double TicksPerSecond = 100;
    private const int Children = -1;

    /// <summary>CPU seconds, user and system, of all ended children of this process and of what they waited for.</summary>
    public static double SecondsOfEndedChildren()
    {
        Span<long> usage = stackalloc long[18];
        return GetRUsage(Children, ref usage[0]) == 0
            ? usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6)
            : throw new InvalidOperationException("getrusage failed.");
    }

    /// <summary>CPU seconds so far of a process, of its descendants, and of those of them that have ended.</summary>
    public static double SecondsOfTree(int processId)
    {
        double seconds = 0;
        foreach (string[] fields in Tree(processId))
        {
            // utime, stime, cutime, cstime: fields 14 to 17 of proc_pid_stat(5).
            for (int field = 11; field <= 14; field++)
            {
                seconds += long.Parse(fields[field], CultureInfo.InvariantCulture) / TicksPerSecond;
            }
        }

        return seconds;
    }

    /// <summary>The largest resident set so far of any process of a tree, in bytes.</summary>
    public static long PeakOfTree(int processId)
    {
        long peak = 0;
        foreach (int id in TreeIds(processId))
        {
            try
            {
                peak = Math.Max(peak, Field(id, "VmHWM:"));
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }

        return peak;
    }

    /// <summary>Lets the largest resident sets of a tree begin anew, proc_pid_clear_refs(5).</summary>
    public static void ForgetPeakOfTree(int processId)
    {
        foreach (int id in TreeIds(processId))
        {
            try
            {
                File.WriteAllText($"/proc/{id}/clear_refs", "5");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is another user's by now.
            }
        }
    }

    /// <summary>Bytes of memory that are a process's own: its heaps and stacks, without what it maps from files.</summary>
    public static long OwnBytes(int processId) => Field(processId, "RssAnon:");

    private static long Field(int processId, string name)
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string[]> Tree(int processId) => TreeIds(processId).Select(StatOf).OfType<string[]>();

    private static List<int> TreeIds(int processId)
    {
        ILookup<int, int> children = Directory.EnumerateDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0)
            .Where(static id => id > 0)
            .Select(static id => (Id: id, Stat: StatOf(id)))
            .Where(static p => p.Stat is not null)
            .ToLookup(static p => int.Parse(p.Stat![1], CultureInfo.InvariantCulture), static p => p.Id);
        List<int> tree = [processId];
        for (int i = 0; i < tree.Count; i++)
        {
            tree.AddRange(children[tree[i]]);
        }

        return tree;
    }

    // From the third field on: the second, the name, is in brackets and may hold anything.
    private static string[]? StatOf(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetRUsage(int who, ref long usage);
}
