using System.Text;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Tests.Protocol;

public sealed class WirePathTests
{
    public static TheoryData<string> OrdinaryNames => new()
    {
        "docs", "docs/readme.txt", "docs/a b/c", "docs/log-2026-11-22T18:50", "docs/Index.html", "docs/[a].txt",
        "docs/-leading-dash", "docs/한국어/파일.txt", "docs/😀.png", "docs/back\\slash", "docs/...", "docs/ ",
        "docs/trailing.", "docs/CON", "docs/a\u202Eb", "docs/e\u0301", "docs/\u00E9", "docs/*?\"<>|", "docs/~", "docs/\uFEFF",
    };

    [Theory]
    [MemberData(nameof(OrdinaryNames))]
    public void An_ordinary_name_passes_typed_and_over_the_wire_and_comes_back_equal(string text)
    {
        Assert.True(WirePath.TryParse(text, out WirePath? typed, out string why), why);
        Assert.True(WirePath.TryFromWire(typed.ToWire(), out WirePath? arrived, out WireNameFault fault), fault.ToString());
        Assert.Equal(typed, arrived);
        Assert.Equal(typed.GetHashCode(), arrived.GetHashCode());
        Assert.Equal(text, arrived.ToString());
    }

    [Fact]
    public void The_first_segment_is_the_share_and_the_last_the_name()
    {
        WirePath path = Parse("docs/2026/report.pdf");

        Assert.Equal("docs", path.Share);
        Assert.Equal("report.pdf", path.Name);
        Assert.Equal(["2026", "report.pdf"], path.BelowShare.ToArray());
        Assert.Equal(Parse("docs/2026"), path.Parent);
        Assert.Null(Parse("docs").Parent);
        Assert.Equal(path, Parse("docs").Combine("2026").Combine("report.pdf"));
        Assert.Equal(Parse("2026/report.pdf"), path.Skip(1));
        Assert.Null(path.Skip(3));
    }

    [Fact]
    public void A_sibling_that_begins_with_the_same_letters_is_not_below_a_folder()
    {
        Assert.True(Parse("docs/a/b").IsAtOrBelow(Parse("docs/a")));
        Assert.True(Parse("docs/a").IsAtOrBelow(Parse("docs/a")));
        Assert.False(Parse("docs/a-secret").IsAtOrBelow(Parse("docs/a")));
        Assert.False(Parse("docs").IsAtOrBelow(Parse("docs/a")));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("/", "empty")]
    [InlineData("/docs", "empty")]
    [InlineData("docs//a", "empty")]
    [InlineData("docs/a//", "empty")]
    [InlineData("docs/..", "'..'")]
    [InlineData("../docs", "'..'")]
    [InlineData("docs/./a", "'..'")]
    [InlineData("docs/a\u001Bb", "control")]
    [InlineData("docs/a\0", "control")]
    public void What_a_user_mistypes_is_explained(string text, string expected)
    {
        Assert.False(WirePath.TryParse(text, out _, out string why));
        Assert.Contains(expected, why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('\uD800')]
    [InlineData('\uDC00')]
    public void Half_a_surrogate_pair_is_refused_and_not_replaced(char half)
    {
        Assert.False(WirePath.TryParse($"docs/a{half}b", out _, out string why));
        Assert.Contains("Unicode", why, StringComparison.Ordinal);
    }

    [Fact]
    public void One_separator_at_the_end_of_what_a_user_types_is_tolerated()
    {
        Assert.Equal(Parse("docs/a"), Parse("docs/a/"));
    }

    [Fact]
    public void A_segment_of_255_bytes_is_accepted_and_one_of_256_refused()
    {
        Assert.Equal(WireNameFault.None, Arrive(new string('x', 255)));
        Assert.Equal(WireNameFault.SegmentTooLong, Arrive(new string('x', 256)));
        Assert.Equal(WireNameFault.None, Arrive(new string('가', 85)));
        Assert.Equal(WireNameFault.SegmentTooLong, Arrive(new string('가', 86)));
        Assert.False(WirePath.TryCreate([new string('가', 86)], out _, out WireNameFault fault));
        Assert.Equal(WireNameFault.SegmentTooLong, fault);
    }

    [Fact]
    public void A_name_of_64_segments_is_accepted_and_one_of_65_refused()
    {
        Assert.Equal(WireNameFault.None, Arrive(Enumerable.Repeat("a", 64).ToArray()));
        Assert.Equal(WireNameFault.TooManySegments, Arrive(Enumerable.Repeat("a", 65).ToArray()));
        Assert.True(WirePath.TryParse(string.Join('/', Enumerable.Repeat("a", 64)), out _, out _));
        Assert.False(WirePath.TryParse(string.Join('/', Enumerable.Repeat("a", 1000)), out _, out _));
    }

    [Fact]
    public void A_name_of_4096_bytes_is_accepted_and_one_byte_more_refused()
    {
        string[] fitting = [.. Enumerable.Repeat(new string('x', 255), 15), new string('x', 200), new string('x', 55)];
        Assert.Equal(4096, fitting.Sum(s => s.Length) + fitting.Length - 1);

        Assert.Equal(WireNameFault.None, Arrive(fitting));
        Assert.Equal(WireNameFault.TooLong, Arrive([.. fitting[..^1], fitting[^1] + "x"]));
        Assert.False(WirePath.TryCreate([.. fitting[..^1], fitting[^1] + "x"], out _, out _));
    }

    [Fact]
    public void No_segments_are_no_name()
    {
        Assert.Equal(WireNameFault.NoSegments, Arrive());
        Assert.False(WirePath.TryFromWire((WireName?)null, out _, out WireNameFault fault));
        Assert.Equal(WireNameFault.NoSegments, fault);
    }

    [Fact]
    public void Combining_with_a_hostile_segment_throws()
    {
        Assert.Throws<ArgumentException>(() => Parse("docs").Combine(".."));
        Assert.Throws<ArgumentException>(() => Parse("docs").Combine("a/b"));
    }

    private static WirePath Parse(string text)
    {
        Assert.True(WirePath.TryParse(text, out WirePath? path, out string why), why);
        return path;
    }

    private static WireNameFault Arrive(params string[] segments)
    {
        WireName name = new();
        name.Segments.Add(segments.Select(s => ByteString.CopyFrom(Encoding.UTF8.GetBytes(s))));
        Assert.Equal(WirePath.TryFromWire(name, out WirePath? path, out WireNameFault fault), path is not null);
        return fault;
    }
}
