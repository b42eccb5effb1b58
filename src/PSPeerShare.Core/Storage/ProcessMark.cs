using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace PSPeerShare.Core.Storage;

/// <summary>
/// A process, told apart from a later one with the same number: by when it started and in which boot.
/// </summary>
/// <param name="Id">The process number.</param>
/// <param name="StartTime">Clock ticks since boot on Linux, 100 ns ticks (UTC) elsewhere.</param>
/// <param name="BootId">The kernel's boot id; empty where there is none.</param>
internal sealed record ProcessMark(int Id, long StartTime, string BootId)
{
    /// <summary>This process.</summary>
    public static ProcessMark Current { get; } =
        new(Environment.ProcessId, StartTimeOf(Environment.ProcessId) ?? 0, BootSession.Id);

    /// <summary>Whether that very process still runs.</summary>
    public bool IsAlive => BootId == Current.BootId && StartTimeOf(Id) == StartTime;

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else.</summary>
    public static ProcessMark? Parse(string? text) =>
        text?.Split(':') is [string id, string start, string boot]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int process)
        && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            ? new ProcessMark(process, time, boot)
            : null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}:{StartTime}:{BootId}");

    private static long? StartTimeOf(int processId) =>
        OperatingSystem.IsLinux() ? FromProc(processId) : FromSystem(processId);

    private static long? FromProc(int processId)
    {
        try
        {
            // proc(5): "pid (name) state ppid …", the start time is field 22. The name may hold spaces and brackets.
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            bool hasEnded = fields[0] is "Z" or "X";
            return hasEnded ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? FromSystem(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
