using System.Globalization;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>What is to be measured, and with which module in which PowerShell.</summary>
/// <param name="Module">The manifest to import.</param>
/// <param name="PowerShell">The program and its first arguments.</param>
internal sealed record SideBySideOptions(string Module, IReadOnlyList<string> PowerShell)
{
    public const string Usage = """
        side-by-side --module MANIFEST
          --powershell PROGRAM,ARGUMENT...   pwsh unless given
          --scenario NAME,NAME...            of start,session,small,tree,big,distance,sources,flow,idle,listing; all unless given
          --contender TEXT,TEXT...           only contenders whose name holds one of these; PSPeerShare always
          --rounds 5                         the most rounds of each
          --minutes 8                        about how long all may take together; 0 for as long as the rounds take
          --big-mib 2048                     the large file
          --flow-gib 20                      what flows while memory is watched
          --listed 100000                    files of the listing whose memory is watched
          --link-mbit 400                    the distant link
          --server-options TEXT              further options of Start-PeerServer
          --json FILE
        """;

    /// <summary>The most rounds.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>About how long all may take; 0 is for ever.</summary>
    public double Minutes { get; init; } = 8;

    /// <summary>Length of the one large file.</summary>
    public long BigBytes { get; init; } = 2L << 30;

    /// <summary>What is transferred from nowhere to nowhere.</summary>
    public long FlowBytes { get; init; } = 20L << 30;

    /// <summary>Files of the large listing.</summary>
    public int ListedFiles { get; init; } = 100_000;

    /// <summary>Bytes per second of the distant link.</summary>
    public long LinkBytes { get; init; } = 50_000_000;

    /// <summary>Names of scenarios; none = all.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    /// <summary>Parts of the names of contenders; none = all.</summary>
    public IReadOnlyList<string> Contenders { get; init; } = [];

    /// <summary>Further options of Start-PeerServer.</summary>
    public string[] ServerOptions { get; init; } = [];

    /// <summary>Where to write the figures, if anywhere.</summary>
    public string? Json { get; init; }

    /// <summary>Memory rather than a disk where there is room, so that a disk's moods are not what is measured.</summary>
    public static string Scratch =>
        Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 6L << 30 ? "/dev/shm" : Path.GetTempPath();

    public bool Wants(string scenario) => Scenarios.Count == 0 || Scenarios.Contains(scenario);

    public bool WantsContender(string name) =>
        Contenders.Count == 0 || Contenders.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    public static SideBySideOptions Parse(ReadOnlySpan<string> arguments)
    {
        Dictionary<string, string> given = [];
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (!Usage.Contains($"{arguments[i]} ", StringComparison.Ordinal) || i + 1 == arguments.Length)
            {
                throw new ArgumentException($"'{arguments[i]}' is not an option, or has no value.{Environment.NewLine}{Usage}");
            }

            given[arguments[i]] = arguments[i + 1];
        }

        string module = given.TryGetValue("--module", out string? manifest) ? Path.GetFullPath(manifest) : throw new ArgumentException(Usage);
        SideBySideOptions usual = new(module, Split("--powershell", "pwsh"));
        return usual with
        {
            Rounds = (int)Number("--rounds", usual.Rounds),
            Minutes = Number("--minutes", usual.Minutes),
            BigBytes = (long)Number("--big-mib", usual.BigBytes >> 20) << 20,
            FlowBytes = (long)Number("--flow-gib", usual.FlowBytes >> 30) << 30,
            ListedFiles = (int)Number("--listed", usual.ListedFiles),
            LinkBytes = (long)(Number("--link-mbit", usual.LinkBytes / 125_000.0) * 125_000),
            Scenarios = Split("--scenario", ""),
            Contenders = Split("--contender", ""),
            ServerOptions = given.GetValueOrDefault("--server-options", "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Json = given.GetValueOrDefault("--json"),
        };

        double Number(string name, double otherwise) =>
            given.TryGetValue(name, out string? text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

        string[] Split(string name, string otherwise) =>
            given.GetValueOrDefault(name, otherwise).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    public static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
