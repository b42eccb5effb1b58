using System.Text;

namespace PSPeerShare.Help;

/// <summary>
/// Turns the pages of docs/en-US, the only source of help, into what Get-Help reads. It does not know the cmdlets: that
/// pages and parameters agree is for the tests to say.
/// </summary>
internal static class HelpBuilder
{
    private const string AboutPrefix = "about_";

    public static void Build(string source, string target)
    {
        Directory.CreateDirectory(target);
        string[] pages = [.. Directory.EnumerateFiles(source, "*.md").Order(StringComparer.Ordinal)];

        MamlWriter.Write(
            Path.Combine(target, "PSPeerShare.dll-Help.xml"),
            pages.Where(static page => !IsAbout(page)).Select(CommandPageReader.Read));
        foreach (string about in pages.Where(IsAbout))
        {
            string name = Path.GetFileNameWithoutExtension(about) + ".help.txt";
            File.WriteAllText(Path.Combine(target, name), AboutText.Convert(File.ReadAllText(about)), new UTF8Encoding(false));
        }
    }

    private static bool IsAbout(string page) => Path.GetFileName(page).StartsWith(AboutPrefix, StringComparison.Ordinal);
}
