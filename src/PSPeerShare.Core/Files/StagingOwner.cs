using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PSPeerShare.Core.Files;

/// <summary>
/// Whose a subfolder of staging is, by its name: the process, and a mark of where its number means anything. It does not
/// look at files.
/// </summary>
/// <remarks>
/// A number may be given again, so one that is in use proves nothing. One that is not in use proves that the owner has
/// ended, but only in the same boot of the same machine and among the same processes: a folder on a network drive or in a
/// volume of several containers has owners elsewhere.
/// </remarks>
internal static class StagingOwner
{
    private static readonly string Here = MarkOf(BootSession.Id, NamespaceOfProcesses());

    /// <summary>A new name for a subfolder of this process.</summary>
    public static string NewName() => NameOf(Environment.ProcessId, Here);

    /// <summary>Whether the process that made the subfolder has certainly ended.</summary>
    public static bool HasEnded(string name) =>
        Here.Length > 0
        && name.Split('-') is [string process, string mark, _]
        && mark == Here
        && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
        && !Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}"));

    /// <summary>A name as a process of that number would give here; with another mark, elsewhere.</summary>
    internal static string NameOf(int process, string? mark = null) => string.Create(
        CultureInfo.InvariantCulture, $"{process}-{mark ?? Here}-{RandomNumberGenerator.GetHexString(8, true)}");

    private static string MarkOf(string boot, string? processes) => boot.Length == 0 || processes is null
        ? ""
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{boot} {processes}")).AsSpan(0, 4));

    private static string? NamespaceOfProcesses()
    {
        try
        {
            return OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
