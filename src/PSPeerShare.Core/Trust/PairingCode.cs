using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// A code that one person reads to another: six random symbols and a check symbol, written <c>K7Q-4MDX</c>. The
/// alphabet is Crockford's base32, which has no I, L, O and U, so what is read for 1 or 0 is understood.
/// </summary>
/// <remarks>
/// The check symbol makes a weighted sum over the field of 32 elements vanish. The weights are all different and none
/// is zero, so every single wrong symbol and every two symbols that changed places are noticed.
/// </remarks>
internal sealed class PairingCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Secret = 6;
    private const int Length = Secret + 1;
    private const int Group = 3;

    // x^5 + x^2 + 1 is primitive over the field of two elements.
    private const int Polynomial = 0b100101;

    private readonly string symbols;

    private PairingCode(string symbols) => this.symbols = symbols;

    /// <summary>The symbols alone: what both sides must know.</summary>
    public char[] Password => symbols.ToCharArray();

    public static PairingCode Create()
    {
        Span<char> symbols = stackalloc char[Length];
        for (int i = 0; i < Secret; i++)
        {
            symbols[i] = Alphabet[RandomNumberGenerator.GetInt32(Alphabet.Length)];
        }

        symbols[Secret] = CheckSymbol(symbols[..Secret]);
        return new PairingCode(new string(symbols));
    }

    /// <summary>Reads what a person typed. What is refused here has not left the machine.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PairingCodeInvalid"/>.</exception>
    public static PairingCode Parse(string? text) => TryParse(text, out PairingCode? code)
        ? code
        : throw new PeerShareException(PeerError.PairingCodeInvalid);

    public static bool TryParse(string? text, [NotNullWhen(true)] out PairingCode? code)
    {
        code = null;
        Span<char> symbols = stackalloc char[Length];
        int length = 0;
        foreach (char typed in text ?? "")
        {
            if (typed is '-' or ' ')
            {
                continue;
            }

            char symbol = Normal(typed);
            if (length == Length || !Alphabet.Contains(symbol, StringComparison.Ordinal))
            {
                return false;
            }

            symbols[length++] = symbol;
        }

        if (length != Length || CheckSymbol(symbols[..Secret]) != symbols[Secret])
        {
            return false;
        }

        code = new PairingCode(new string(symbols));
        return true;
    }

    /// <summary>As it is shown. Only for the person it is for; never for a log.</summary>
    public string Reveal() => $"{symbols[..Group]}-{symbols[Group..]}";

    /// <summary>Nothing of the code.</summary>
    public override string ToString() => "pairing code";

    private static char Normal(char typed) => char.ToUpperInvariant(typed) switch
    {
        'O' => '0',
        'I' or 'L' => '1',
        char other => other,
    };

    private static char CheckSymbol(ReadOnlySpan<char> secret)
    {
        int sum = 0;
        for (int i = 0; i < secret.Length; i++)
        {
            sum ^= Times(Alphabet.IndexOf(secret[i], StringComparison.Ordinal), i + 1);
        }

        return Alphabet[sum];
    }

    // Multiplies by x^power; the check symbol's own weight is x^0.
    private static int Times(int value, int power)
    {
        for (; power > 0; power--)
        {
            value <<= 1;
            value ^= value > 31 ? Polynomial : 0;
        }

        return value;
    }
}
