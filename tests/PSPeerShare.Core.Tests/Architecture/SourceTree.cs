namespace PSPeerShare.Core.Tests.Architecture;

/// <summary>The sources this test was built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>The C# files below a folder of the tree, with paths relative to that folder.</summary>
    public static IEnumerable<(string Path, string[] Lines)> Files(string folder)
    {
        string full = System.IO.Path.Combine(Root, folder);
        return Directory.EnumerateFiles(full, "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => (System.IO.Path.GetRelativePath(full, file).Replace('\\', '/'), File.ReadAllLines(file)));
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "PSPeerShare.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the source tree.");
    }
}
