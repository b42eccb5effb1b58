using System.Globalization;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>What is to be measured, and with which module in which PowerShell.</summary>
/// <param name="Module">The manifest to import.</param>
/// <param name="PowerShell">The program and its first arguments.</param>
/// <param name="Rounds">How often each is run, in turn.</param>
/// <param name="BigBytes">Length of the one large file.</param>
/// <param name="Scenarios">Names of scenarios; none = all.</param>
/// <param name="ServerOptions">Further options of Start-PeerServer.</param>
/// <param name="Json">Where to write the figures, if anywhere.</param>
internal sealed record SideBySideOptions(
    string Module,
    IReadOnlyList<string> PowerShell,
    int Rounds,
    long BigBytes,
    IReadOnlyList<string> Scenarios,
    string[] ServerOptions,
    string? Json)
{
    public const string Usage =
        "side-by-side --module MANIFEST [--powershell PROGRAM,ARGUMENT...] [--rounds 5] [--big-mib 2048] [--scenario big,small,tree,start] [--server-options TEXT] [--json FILE]";

    /// <summary>Memory rather than a disk where there is room, so that a disk's moods are not what is measured.</summary>
    public static string Scratch =>
        Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 10L << 30 ? "/dev/shm" : Path.GetTempPath();

    public bool Wants(string scenario) => Scenarios.Count == 0 || Scenarios.Contains(scenario);

    public static SideBySideOptions Parse(ReadOnlySpan<string> arguments)
    {
        Dictionary<string, string> given = [];
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            given[arguments[i]] = arguments[i + 1];
        }

        return new SideBySideOptions(
            given.TryGetValue("--module", out string? module) ? Path.GetFullPath(module) : throw new ArgumentException(Usage),
            Split(given.GetValueOrDefault("--powershell", "pwsh")),
            int.Parse(given.GetValueOrDefault("--rounds", "5"), CultureInfo.InvariantCulture),
            long.Parse(given.GetValueOrDefault("--big-mib", "2048"), CultureInfo.InvariantCulture) << 20,
            Split(given.GetValueOrDefault("--scenario", "")),
            given.GetValueOrDefault("--server-options", "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            given.GetValueOrDefault("--json"));
    }

    public static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
