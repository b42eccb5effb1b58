namespace PSPeerShare.Shell;

/// <summary>Finds the module that Shell imports.</summary>
internal static class ModuleLocation
{
    private const string Manifest = "PSPeerShare.psd1";

    /// <summary>The environment variable that names another module folder or manifest.</summary>
    public const string Variable = "PSPEERSHARE_MODULE";

    /// <summary>The manifest's full path, or null if there is none.</summary>
    public static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
        {
            string manifest = Directory.Exists(named) ? Path.Combine(named, Manifest) : named;
            return File.Exists(manifest) ? Path.GetFullPath(manifest) : null;
        }

        // Shell is built somewhere below the source tree whose output/ holds the module.
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string manifest = Path.Combine(folder.FullName, "output", "PSPeerShare", Manifest);
            if (File.Exists(manifest))
            {
                return manifest;
            }
        }

        return null;
    }
}
