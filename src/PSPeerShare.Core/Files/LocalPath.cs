namespace PSPeerShare.Core.Files;

/// <summary>Full paths that the local user named. Nothing that came from a peer passes through here.</summary>
internal static class LocalPath
{
    /// <summary>Whether it is a file (true) or a folder (false); <see langword="null"/> when there is neither.</summary>
    public static bool? IsFile(string path) => File.Exists(path) ? true : Directory.Exists(path) ? false : null;

    /// <summary>What a link leads to in the end; any other path is itself.</summary>
    public static string Resolve(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opening it tells more.
            return path;
        }
    }

    /// <summary>The last name of a path, also where separators end it; a volume's root is called <c>root</c> or by its letter.</summary>
    public static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        return name.Length > 0 ? name : path.FirstOrDefault(char.IsLetter) is var letter and not '\0' ? letter.ToString() : "root";
    }

    /// <summary>The folder that holds it.</summary>
    public static string FolderOf(string path) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) ?? path;

    /// <summary>The full path of a name below a folder, for showing to the local user.</summary>
    public static string Below(string folder, IEnumerable<string> segments) => Path.Join([folder, .. segments]);
}
