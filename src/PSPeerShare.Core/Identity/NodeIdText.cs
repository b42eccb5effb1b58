namespace PSPeerShare.Core.Identity;

/// <summary>
/// The written form of a device id: base32 (RFC 4648, upper case) in four quarters of 13 symbols and a check symbol.
/// </summary>
internal static class NodeIdText
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Symbols = 52;
    private const int QuarterSymbols = 13;
    private const int QuarterLength = QuarterSymbols + 1;
    private const int FullLength = 4 * QuarterLength;
    private const int GroupLength = 7;

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        Span<char> symbols = stackalloc char[Symbols];
        Encode(bytes, symbols);
        Span<char> text = stackalloc char[FullLength + (FullLength / GroupLength) - 1];
        int written = 0;
        int position = 0;
        for (int quarter = 0; quarter < Symbols; quarter += QuarterSymbols)
        {
            ReadOnlySpan<char> part = symbols.Slice(quarter, QuarterSymbols);
            char check = CheckSymbol(part);
            for (int i = 0; i < QuarterLength; i++, position++)
            {
                if (position > 0 && position % GroupLength == 0)
                {
                    text[written++] = '-';
                }

                text[written++] = i < QuarterSymbols ? part[i] : check;
            }
        }

        return new string(text);
    }

    public static bool TryRead(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        Span<char> full = stackalloc char[FullLength];
        int length = 0;
        foreach (char c in text)
        {
            if (c is '-' or ' ')
            {
                continue;
            }

            if (length == FullLength || !TryNormalise(c, out full[length++]))
            {
                return false;
            }
        }

        if (length != FullLength)
        {
            return false;
        }

        Span<char> symbols = stackalloc char[Symbols];
        for (int quarter = 0; quarter < 4; quarter++)
        {
            ReadOnlySpan<char> part = full.Slice(quarter * QuarterLength, QuarterSymbols);
            if (full[(quarter * QuarterLength) + QuarterSymbols] != CheckSymbol(part))
            {
                return false;
            }

            part.CopyTo(symbols[(quarter * QuarterSymbols)..]);
        }

        return TryDecode(symbols, bytes);
    }

    /// <summary>
    /// Luhn mod 32 as Syncthing counts it: from the left, the first factor is 1 (the textbook starts from the right).
    /// </summary>
    public static char CheckSymbol(ReadOnlySpan<char> symbols)
    {
        int factor = 1;
        int sum = 0;
        foreach (char symbol in symbols)
        {
            int addend = factor * IndexOf(symbol);
            factor = 3 - factor;
            sum += (addend / 32) + (addend % 32);
        }

        return Alphabet[(32 - (sum % 32)) % 32];
    }

    private static bool TryNormalise(char c, out char symbol)
    {
        symbol = c switch
        {
            >= 'a' and <= 'z' => (char)(c - 'a' + 'A'),
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            _ => c,
        };
        return IndexOf(symbol) >= 0;
    }

    private static int IndexOf(char symbol) => symbol switch
    {
        >= 'A' and <= 'Z' => symbol - 'A',
        >= '2' and <= '7' => symbol - '2' + 26,
        _ => -1,
    };

    private static void Encode(ReadOnlySpan<byte> bytes, Span<char> symbols)
    {
        int buffer = 0;
        int bits = 0;
        int written = 0;
        foreach (byte value in bytes)
        {
            buffer = ((buffer << 8) | value) & 0xFFFF;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                symbols[written++] = Alphabet[(buffer >> bits) & 31];
            }
        }

        symbols[written] = Alphabet[(buffer << (5 - bits)) & 31];
    }

    private static bool TryDecode(ReadOnlySpan<char> symbols, Span<byte> bytes)
    {
        int buffer = 0;
        int bits = 0;
        int written = 0;
        foreach (char symbol in symbols)
        {
            buffer = ((buffer << 5) | IndexOf(symbol)) & 0xFFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[written++] = (byte)(buffer >> bits);
            }
        }

        // 52 symbols hold 260 bits; the last four belong to no byte and are zero in a real id.
        return (buffer & ((1 << bits) - 1)) == 0;
    }
}
