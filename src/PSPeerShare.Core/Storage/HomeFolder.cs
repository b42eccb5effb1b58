namespace PSPeerShare.Core.Storage;

/// <summary>Where a user's node keeps what it has: identity, stores and logs. One home is one node.</summary>
internal static class HomeFolder
{
    /// <summary>The environment variable that names another home. Read at each call.</summary>
    public const string Variable = "PSPEERSHARE_HOME";

    /// <summary>The home's path; nothing is made.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.HomeUnusable"/>: no absolute path can be told.</exception>
    public static string Resolve()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrWhiteSpace(named))
        {
            // In a shell the process's working folder is rarely the folder the user sees.
            return Path.IsPathFullyQualified(named)
                ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(named))
                : throw new PeerShareException(PeerError.HomeUnusable, named, $"{Variable} must be an absolute path");
        }

        string data = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length > 0
            ? Path.Combine(data, "PSPeerShare")
            : throw new PeerShareException(
                PeerError.HomeUnusable, null, $"this account has no application data folder; set {Variable}");
    }

    /// <summary>The home's path; the folder is made (0700) when it is missing and refused when others may enter.</summary>
    public static string Ensure()
    {
        string home = Resolve();
        OwnerOnly.EnsureFolder(home, PeerError.HomeUnusable);
        return home;
    }

    /// <summary>Where the home's logs are.</summary>
    public static string Logs(string home) => Path.Combine(home, "logs");
}
