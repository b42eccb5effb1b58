// The home is named by an environment variable and the module's state is one per process, so nothing runs side by side.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace PSPeerShare.Tests.Hosting;

/// <summary>Where the build left the module and Shell.</summary>
internal static class BuiltModule
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The module's folder, output/PSPeerShare.</summary>
    public static string Folder { get; } = Path.Combine(Root, "output", "PSPeerShare");

    /// <summary>The module's manifest.</summary>
    public static string Manifest { get; } = Path.Combine(Folder, "PSPeerShare.psd1");

    /// <summary>Shell of the configuration that these tests were built in.</summary>
    public static string Shell { get; } = Path.Combine(
        Root, "artifacts", "bin", "PSPeerShare.Shell", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "PSPeerShare.Shell.dll");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PSPeerShare.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the source tree.");
    }
}
