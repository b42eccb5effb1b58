using System.Text.RegularExpressions;

namespace PSPeerShare.Core.Tests.Architecture;

/// <summary>
/// Confinement lives in the Files room: elsewhere no code may turn text into a path, for the text may be a peer's.
/// </summary>
public sealed partial class FileApiTests
{
    // Identity, Storage and Diagnostics work below the home folder, on names that are their own.
    private static readonly string[] s_free = ["Files", "Identity", "Storage", "Diagnostics"];

    [Fact]
    public void No_other_room_touches_files_by_path()
    {
        List<string> wrong = [];
        foreach ((string path, string[] lines) in SourceTree.Files("src/PSPeerShare.Core"))
        {
            bool isRoom = path.Contains('/', StringComparison.Ordinal);
            if (!isRoom || s_free.Contains(Rooms.OfFile(path)))
            {
                continue;
            }

            wrong.AddRange(lines
                .Select((line, index) => (Line: line, Number: index + 1))
                .Where(item => !item.Line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .Where(item => Banned().IsMatch(item.Line))
                .Select(item => $"{path}:{item.Number}: {item.Line.Trim()}"));
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    [Theory]
    [InlineData("File.ReadAllText(name)", true)]
    [InlineData("System.IO.File.Delete(name)", true)]
    [InlineData("Directory.CreateDirectory(x)", true)]
    [InlineData("Path.Combine(a, b)", true)]
    [InlineData("Path.Join(a, b)", true)]
    [InlineData("using FileStream s = Open();", true)]
    [InlineData("new FileInfo(x)", true)]
    [InlineData("new DirectoryInfo(x)", true)]
    [InlineData("offer.File.Length", false)]
    [InlineData("WirePath.Combine(a)", false)]
    [InlineData("StagedFile.Dispose()", false)]
    [InlineData("path.Combine(name)", false)]
    public void The_ban_sees_what_it_is_meant_to_see(string line, bool isBanned) =>
        Assert.Equal(isBanned, Banned().IsMatch(line));

    [GeneratedRegex(
        @"(?<![\w.])(System\.IO\.)?(File|Directory)\.[A-Z]|(?<![\w.])(System\.IO\.)?Path\.(Combine|Join|GetFullPath)"
        + @"|\b(FileStream|FileInfo|DirectoryInfo|FileSystemInfo|StreamWriter|StreamReader)\b")]
    private static partial Regex Banned();
}
