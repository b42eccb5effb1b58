using System.Globalization;

namespace PSPeerShare.Core.Tests.Architecture;

/// <summary>Small files are how a reader finds a line; the limits are those of docs/architecture.md.</summary>
public sealed class FileSizeTests
{
    private const int MostLines = 400;

    [Theory]
    [InlineData("src/PSPeerShare.Core")]
    [InlineData("src/PSPeerShare")]
    [InlineData("src/PSPeerShare.Shell")]
    public void Sources_stay_small(string folder)
    {
        (string Path, int Lines)[] files =
            [.. SourceTree.Files(folder).Select(file => (file.Path, file.Lines.Length)).OrderBy(file => file.Length)];
        if (files.Length == 0)
        {
            return;
        }

        Assert.DoesNotContain(files, file => file.Lines > MostLines);
        Assert.True(files[files.Length / 2].Lines < 120, Report(files, "the median is not below 120 lines"));
        Assert.True(files[files.Length * 9 / 10].Lines < 300, Report(files, "90 % are not below 300 lines"));
    }

    private static string Report((string Path, int Lines)[] files, string fault) => string.Join(
        Environment.NewLine,
        files.Reverse().Take(20).Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Lines,5}  {file.Path}"))
            .Prepend(fault + "; the largest:"));
}
