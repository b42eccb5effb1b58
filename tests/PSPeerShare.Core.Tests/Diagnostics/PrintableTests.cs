using System.Text;
using CsCheck;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Tests.Diagnostics;

public sealed class PrintableTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("iso/debian 13.iso", "iso/debian 13.iso")]
    [InlineData("C:\\logs\\한국어 é 😀", "C:\\logs\\한국어 é 😀")]
    [InlineData("a\u001b[2Jb", "a\\u{001B}[2Jb")]
    [InlineData("one\r\ntwo\0", "one\\u{000D}\\u{000A}two\\u{0000}")]
    [InlineData("\u007f\u0085\u009b", "\\u{007F}\\u{0085}\\u{009B}")]
    [InlineData("exe.\u202egpj", "exe.\\u{202E}gpj")]
    [InlineData("\u2066x\u2069\u200b\ufeff\u061c", "\\u{2066}x\\u{2069}\\u{200B}\\u{FEFF}\\u{061C}")]
    [InlineData("a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c")]
    public void What_could_act_on_a_terminal_becomes_its_number(string? text, string expected) =>
        Assert.Equal(expected, Printable.Escape(text));

    [Fact]
    public void Half_a_surrogate_pair_becomes_its_number() =>
        Assert.Equal("a\\u{D83D}b", Printable.Escape("a" + (char)0xD83D + "b"));

    [Fact]
    public void Invisible_tags_beyond_the_basic_plane_become_their_number() =>
        Assert.Equal("a\\u{E0041}", Printable.Escape("a" + char.ConvertFromUtf32(0xE0041)));

    [Theory]
    [InlineData(0x034F)]
    [InlineData(0x115F)]
    [InlineData(0x1160)]
    [InlineData(0x17B4)]
    [InlineData(0x17B5)]
    [InlineData(0x180B)]
    [InlineData(0x180D)]
    [InlineData(0x180F)]
    [InlineData(0x2800)]
    [InlineData(0x3164)]
    [InlineData(0xFE00)]
    [InlineData(0xFE0F)]
    [InlineData(0xFFA0)]
    [InlineData(0xE0100)]
    [InlineData(0xE01EF)]
    public void Letters_and_marks_that_show_nothing_become_their_number(int rune) =>
        Assert.Equal($"a\\u{{{rune:X4}}}b", Printable.Escape($"a{char.ConvertFromUtf32(rune)}b"));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 5, "abcde…")]
    [InlineData("abc😀", 4, "abc…")]
    [InlineData("abc\n\n", 4, "abc\\u{000A}…")]
    public void A_long_text_is_cut_between_characters(string text, int max, string expected) =>
        Assert.Equal(expected, Printable.Escape(text, max));

    [Fact]
    public void No_text_whatever_leaves_anything_that_acts_on_a_terminal()
    {
        // Plain UTF-16 units, lone surrogates included, with the dangerous ranges drawn often.
        Gen<char> units = Gen.OneOf(
            Gen.Char, Gen.Char['\0', '\u00a0'], Gen.Char['\u2000', '\u2070'], Gen.Char['\ud800', '\udfff']);
        Gen.Select(units.Array[0, 60], Gen.Int[0, 70]).Sample((text, max) =>
        {
            string shown = Printable.Escape(new string(text), max);
            return !shown.EnumerateRunes().Any(IsDangerous);
        });
    }

    [Fact]
    public void Printable_text_is_not_touched() =>
        Gen.String[Gen.Char[' ', '~'], 0, 80].Sample(text => Printable.Escape(text) == text);

    private static bool IsDangerous(Rune rune) =>
        rune.Value < 0x20
        || rune.Value is >= 0x7f and <= 0x9f
        || rune.Value is 0x061c or 0x200e or 0x200f or 0xfeff or 0xfffd
        || rune.Value is >= 0x2028 and <= 0x202e
        || rune.Value is >= 0x2066 and <= 0x2069;
}
