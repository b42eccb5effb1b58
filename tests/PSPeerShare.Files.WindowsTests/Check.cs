using PSPeerShare.Core;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Files.WindowsTests;

/// <summary>What all checks need: a folder and ways to say what must be true.</summary>
internal abstract class Check
{
    private string _folder = string.Empty;

    public void Begin(string folder) => _folder = folder;

    protected string At(params string[] parts) => Path.Join([_folder, .. parts]);

    protected string MakeFile(string content, params string[] parts)
    {
        string path = At(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    protected SafeRoot OpenRoot() => SafeRoot.Open(_folder);

    protected string[] Names(params string[] folder) =>
        [.. Directory.GetFileSystemEntries(At(folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    protected static StagedFile Staged(SafeRoot root, string content)
    {
        StagedFile file = root.Stage(content.Length);
        file.Write(System.Text.Encoding.UTF8.GetBytes(content), 0);
        return file;
    }

    protected static string Commit(StagedFile file, CommitMode mode, params string[] target)
    {
        file.Commit(target, mode, null, durable: false, out string name);
        return name;
    }

    protected static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"expected {expected}, got {actual}");
        }
    }

    protected static void EqualNames(string[] expected, IEnumerable<string> actual) =>
        Equal(string.Join('|', expected), string.Join('|', actual));

    protected static void True(bool claim, string what)
    {
        if (!claim)
        {
            throw new InvalidOperationException(what);
        }
    }

    /// <summary>Makes a link, if this Windows lets this user make one. Wine 8 says yes and makes none.</summary>
    protected static bool TryLink(string path, string target, bool isFolder)
    {
        try
        {
            _ = isFolder ? Directory.CreateSymbolicLink(path, target) : File.CreateSymbolicLink(path, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.WriteLine($"        no links here: {e.Message}");
            return false;
        }

        bool isMade = new FileInfo(path).LinkTarget is not null;
        Console.WriteLine(isMade ? "        with links" : "        no links here: none was made");
        return isMade;
    }

    protected static void Fails(PeerError expected, Action action)
    {
        try
        {
            action();
        }
        catch (PeerShareException e)
        {
            True(e.Error == expected, $"expected {expected}, got {e.Message}");
            return;
        }

        throw new InvalidOperationException($"expected {expected}, but it worked");
    }
}
