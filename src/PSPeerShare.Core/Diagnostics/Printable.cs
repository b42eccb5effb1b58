using System.Globalization;
using System.Text;

namespace PSPeerShare.Core.Diagnostics;

/// <summary>
/// Makes text that came from somewhere else fit to be shown: nothing in it can move a cursor, start a line, turn the
/// writing direction or hide. Such characters become <c>\u{XXXX}</c>; the backslash itself stays, so paths read well.
/// </summary>
public static class Printable
{
    /// <summary>Characters kept by default; enough for any path the wire carries once.</summary>
    public const int DefaultMaximum = 4096;

    private const char Ellipsis = '…';

    /// <summary>The text, escaped; at most <paramref name="max"/> characters of it are read, then an ellipsis stands.</summary>
    public static string Escape(string? text, int max = DefaultMaximum)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        bool isCut = text.Length > max;
        ReadOnlySpan<char> kept = isCut ? text.AsSpan(0, KeepPairs(text, max)) : text;
        return !isCut && IsPlain(kept) ? text : Rewrite(kept, isCut);
    }

    private static int KeepPairs(string text, int max) =>
        max > 0 && char.IsHighSurrogate(text[max - 1]) ? max - 1 : max;

    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or > '~')
            {
                return false;
            }
        }

        return true;
    }

    private static string Rewrite(ReadOnlySpan<char> text, bool isCut)
    {
        var written = new StringBuilder(text.Length + 16);
        while (!text.IsEmpty)
        {
            bool isRune = Rune.DecodeFromUtf16(text, out Rune rune, out int used) == System.Buffers.OperationStatus.Done;
            if (isRune && IsHarmless(rune))
            {
                written.Append(text[..used]);
            }
            else
            {
                // A surrogate without its partner is shown by its own number.
                int value = isRune ? rune.Value : text[0];
                written.Append(CultureInfo.InvariantCulture, $"\\u{{{value:X4}}}");
            }

            text = text[used..];
        }

        return isCut ? written.Append(Ellipsis).ToString() : written.ToString();
    }

    private static bool IsHarmless(Rune rune) => !ShowsNothing(rune.Value) && Rune.GetUnicodeCategory(rune) switch
    {
        // C0, DEL and C1.
        UnicodeCategory.Control => false,

        // Bidirectional marks, embeddings, overrides and isolates, zero-width characters, byte order mark, tags.
        UnicodeCategory.Format => false,
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
        _ => true,
    };

    // Letters, marks and a symbol by their category, and yet nobody sees them: of Unicode's Default_Ignorable_Code_Point
    // those that are no format characters, and the blank pattern of Braille.
    private static bool ShowsNothing(int value) => value is
        0x034F
        or 0x115F or 0x1160 or 0x3164 or 0xFFA0
        or 0x17B4 or 0x17B5
        or (>= 0x180B and <= 0x180F)
        or 0x2800
        or (>= 0xFE00 and <= 0xFE0F)
        or (>= 0xE0100 and <= 0xE01EF);
}
