using System.Text;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Tests.Files;

public sealed class LocalNamesTests
{
    [Theory]
    [InlineData("a\\b")]
    [InlineData("a:b")]
    [InlineData("file.txt:stream")]
    [InlineData("a*")]
    [InlineData("a?")]
    [InlineData("a\"b")]
    [InlineData("a<b")]
    [InlineData("a>b")]
    [InlineData("a|b")]
    [InlineData("ends with dot.")]
    [InlineData("ends with space ")]
    [InlineData("...")]
    [InlineData("CON")]
    [InlineData("con")]
    [InlineData("Con.txt")]
    [InlineData("con .txt")]
    [InlineData("PRN.a.b")]
    [InlineData("aux")]
    [InlineData("NUL.tar.gz")]
    [InlineData("COM1")]
    [InlineData("com9.log")]
    [InlineData("LPT1.txt")]
    [InlineData("COM\u00B9")]
    [InlineData("lpt\u00B2.txt")]
    [InlineData("COM\u00B3.x")]
    [InlineData("CONIN$")]
    [InlineData("conout$.txt")]
    public void What_windows_cannot_hold_is_named(string name) => Assert.NotNull(LocalNames.WhyNotOnWindows(name));

    [Theory]
    [InlineData("readme.txt")]
    [InlineData("CONSOLE")]
    [InlineData("COM10")]
    [InlineData("COM")]
    [InlineData("xCON")]
    [InlineData("my.CON")]
    [InlineData(".gitignore")]
    [InlineData(" leading")]
    [InlineData("한국어 😀.txt")]
    [InlineData("[a]{b}(c)#$%&'`~!@^_+=,;")]
    public void What_windows_can_hold_passes(string name) => Assert.Null(LocalNames.WhyNotOnWindows(name));

    [Theory]
    [InlineData("evil.lnk")]
    [InlineData("EVIL.LNK")]
    [InlineData("a.url")]
    [InlineData("a.scf")]
    [InlineData("a.library-ms")]
    [InlineData("a.searchConnector-ms")]
    [InlineData("a.theme")]
    [InlineData("desktop.ini")]
    [InlineData("Desktop.INI")]
    [InlineData("AutoRun.inf")]
    [InlineData("evil.lnk.")]
    [InlineData("evil.lnk ")]
    [InlineData("evil.lnk. .")]
    [InlineData("evil.lnk::$DATA")]
    [InlineData(".lnk")]
    public void An_inbox_refuses_what_leaks_credentials_when_it_is_looked_at(string name) =>
        Assert.True(LocalNames.IsRefusedByInbox(name));

    [Theory]
    [InlineData("lnk")]
    [InlineData("my.lnk.txt")]
    [InlineData("desktop.ini.txt")]
    [InlineData("url")]
    [InlineData("report.pdf")]
    public void An_inbox_takes_what_only_looks_so(string name) => Assert.False(LocalNames.IsRefusedByInbox(name));

    [Theory]
    [InlineData("report.pdf", 2, "report (2).pdf")]
    [InlineData("a.tar.gz", 3, "a.tar (3).gz")]
    [InlineData("noext", 10, "noext (10)")]
    [InlineData(".profile", 2, ".profile (2)")]
    [InlineData("dots...", 2, "dots.. (2).")]
    public void A_free_name_has_its_number_before_the_extension(string name, int number, string expected) =>
        Assert.Equal(expected, LocalNames.FreeName(name, number));

    [Fact]
    public void A_free_name_stays_within_255_bytes_and_cuts_no_character()
    {
        string[] names = [new string('x', 255), new string('x', 251) + ".txt", new string('가', 83) + ".한국어"[..2], Emoji(63)];
        foreach (string name in names)
        {
            string free = LocalNames.FreeName(name, LocalNames.MaximumFreeNumber);
            Assert.InRange(Encoding.UTF8.GetByteCount(free), 200, 255);
            Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(free)));
        }
    }

    private static string Emoji(int count) => string.Concat(Enumerable.Repeat("😀", count));
}
