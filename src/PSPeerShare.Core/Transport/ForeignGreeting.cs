using System.Text;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Says of the first bytes from the other side that they are no TLS, and what they are, for whoever has the wrong port.
/// It recognises no protocol: people do, by its first words.
/// </summary>
internal static class ForeignGreeting
{
    private const int ShownBytes = 8;

    /// <summary>Fewer printable characters than these are an accident.</summary>
    private const int FewestCharacters = 3;

    /// <summary>What to tell of it, printable; <see langword="null"/> when nothing came or it may be TLS.</summary>
    public static string? Describe(ReadOnlySpan<byte> beginning)
    {
        // The types of TLS records, RFC 8446 section 5.1.
        if (beginning.IsEmpty || beginning[0] is >= 20 and <= 23)
        {
            return null;
        }

        int end = beginning.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        ReadOnlySpan<byte> words = end < 0 ? beginning : beginning[..end];
        return words.Length >= FewestCharacters
            ? $"what answers is no TLS and begins with '{Encoding.ASCII.GetString(words).TrimEnd()}'"
            : $"what answers is no TLS and begins with the bytes {Convert.ToHexString(beginning[..Math.Min(beginning.Length, ShownBytes)])}";
    }
}
