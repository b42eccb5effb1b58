namespace PSPeerShare.Core;

/// <summary>
/// Which boot of the machine this is: what the system's memory held in an earlier one may never have reached the disk.
/// </summary>
internal static class BootSession
{
    /// <summary>The kernel's boot id; empty where there is none, and then no two boots can be told apart.</summary>
    public static string Id { get; } = Read();

    private static string Read()
    {
        const string BootIdFile = "/proc/sys/kernel/random/boot_id";
        return File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : string.Empty;
    }
}
