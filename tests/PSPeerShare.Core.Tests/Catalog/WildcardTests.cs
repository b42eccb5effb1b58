using System.Diagnostics;
using CsCheck;
using PSPeerShare.Core.Catalog;

namespace PSPeerShare.Core.Tests.Catalog;

public sealed class WildcardTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "anything/below", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a.txt", "A.TXT", true)]
    [InlineData("ä*", "Äpfel", true)]
    [InlineData("?.txt", "a.txt", true)]
    [InlineData("?.txt", ".txt", false)]
    [InlineData("*.txt", "a.txt.gz", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("**", "x", true)]
    [InlineData("[abc]x", "Bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[a-c0-9]", "7", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[", "[", true)]
    [InlineData("[abc", "[abc", true)]
    [InlineData("[]a]", "]", true)]
    [InlineData("`*", "*", true)]
    [InlineData("`*", "x", false)]
    [InlineData("`[a`].txt", "[a].txt", true)]
    [InlineData("a`", "a`", true)]
    [InlineData("한*", "한국어", true)]
    [InlineData("docs/*/x", "docs/a/b/x", true)]
    public void A_pattern_matches_as_people_expect(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Wildcard.Parse(pattern).IsMatch(text));

    [Theory]
    [InlineData("docs", "docs")]
    [InlineData("`[a`].txt", "[a].txt")]
    [InlineData("a``b", "a`b")]
    [InlineData("Docs", "Docs")]
    [InlineData("[abc", "[abc")]
    [InlineData("a*", null)]
    [InlineData("a?", null)]
    [InlineData("[a]", null)]
    public void A_pattern_without_wildcards_stands_for_a_text(string pattern, string? literal) =>
        Assert.Equal(literal, Wildcard.Literal(pattern));

    [Fact]
    public void An_escaped_text_matches_itself_and_stands_for_itself() =>
        Gen.String[Gen.Char["ab*?[]`-.한"], 0, 12].Sample(text =>
            Wildcard.Parse(Wildcard.Escape(text)).IsMatch(text) && Wildcard.Literal(Wildcard.Escape(text)) == text);

    [Fact]
    public void Matching_agrees_with_a_slow_and_plain_reading_of_the_pattern() =>
        Gen.Select(Gen.String[Gen.Char["ab*?"], 0, 8], Gen.String[Gen.Char["abc"], 0, 10]).Sample(
            (pattern, text) => Wildcard.Parse(pattern).IsMatch(text) == Plain(pattern, text));

    [Fact]
    public void No_pattern_makes_matching_explode()
    {
        Wildcard worst = Wildcard.Parse(string.Concat(Enumerable.Repeat("*a", 2_000)) + "b");
        string text = new('a', 4_000);
        long start = Stopwatch.GetTimestamp();

        Assert.False(worst.IsMatch(text));

        // Going back to every star would take longer than the universe is old; this is far from a matter of timing.
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }

    private static bool Plain(string pattern, string text) => pattern.Length == 0
        ? text.Length == 0
        : pattern[0] == '*' ? Plain(pattern[1..], text) || (text.Length > 0 && Plain(pattern, text[1..]))
        : text.Length > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && Plain(pattern[1..], text[1..]);
}
