using System.Text;

namespace PSPeerShare.Core.Tests.Protocol;

/// <summary>Generated names that must never pass the wire, and names that only look so.</summary>
internal static class HostileSegments
{
    public static IEnumerable<byte[]> Refused()
    {
        yield return [];
        yield return "."u8.ToArray();
        yield return ".."u8.ToArray();
        foreach (string text in Traversals().Concat(Controls()))
        {
            yield return Encoding.UTF8.GetBytes(text);
        }

        foreach (byte[] bytes in BadUtf8())
        {
            yield return bytes;
            yield return [.. "a"u8, .. bytes];
            yield return [.. bytes, .. "a"u8];
            yield return [.. ".."u8, .. bytes];
        }

        for (int length = 256; length < 320; length++)
        {
            yield return Enumerable.Repeat((byte)'x', length).ToArray();
        }
    }

    public static IEnumerable<string> Lookalikes() =>
    [
        "\u2024\u2024", "\u2025", "\uFF0E\uFF0E", "\u2215", "\u2044", "\uFF0F", "\u29F8", "\uFF3C", "\u2216", "...", ". .",
        ".. ", " ..", "..\u200B", "\u200B..", "..\u2060", "%2e%2e", "%2f", "..\u0301", "..\uFE0F", "\u202E..", "..\\..",
        "..\\", "\\\\server\\share", "C:", "C:\\x", "~", "~root", "$HOME", "`id`", "-rf", "--", "a\u2028b", "a\u2029b",
    ];

    private static IEnumerable<string> Traversals()
    {
        string[] dots = ["..", ".", "...", "a/..", "../..", "etc", ""];
        string[] ends = ["/", "/passwd", "/..", "//", "/.", "/a/../b", "/\u202E", "/\0"];
        foreach (string dot in dots)
        {
            foreach (string end in ends)
            {
                yield return dot + end;
                yield return "/" + dot + end;
            }
        }
    }

    private static IEnumerable<string> Controls()
    {
        IEnumerable<char> all = Enumerable.Range(0, 32).Append(127).Concat(Enumerable.Range(128, 32)).Select(c => (char)c);
        foreach (char c in all)
        {
            yield return $"{c}";
            yield return $"a{c}";
            yield return $"{c}a";
            yield return $"a{c}b.txt";
        }
    }

    private static IEnumerable<byte[]> BadUtf8()
    {
        // Overlong forms of '.', '/', NUL and others, in two, three and four bytes.
        foreach (byte c in (byte[])[0x00, 0x2E, 0x2F, 0x5C, 0x41, 0x7F])
        {
            yield return [(byte)(0xC0 | (c >> 6)), (byte)(0x80 | (c & 0x3F))];
            yield return [0xE0, (byte)(0x80 | (c >> 6)), (byte)(0x80 | (c & 0x3F))];
            yield return [0xF0, 0x80, (byte)(0x80 | (c >> 6)), (byte)(0x80 | (c & 0x3F))];
        }

        // Surrogates written as UTF-8, alone and in pairs.
        for (byte low = 0xA0; low <= 0xBF; low += 0x05)
        {
            yield return [0xED, low, 0x80];
        }

        yield return [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80];

        // Stray continuation and impossible bytes, code points past the last one, sequences cut short.
        for (byte b = 0x80; b < 0xC0; b += 3)
        {
            yield return [b];
        }

        for (int b = 0xF5; b <= 0xFF; b++)
        {
            yield return [(byte)b];
        }

        yield return [0xF4, 0x90, 0x80, 0x80];
        yield return [0xE2, 0x80];
        yield return [0xF0, 0x9F, 0x98];
        yield return [0xC3];
        yield return [0xE9];
    }
}
