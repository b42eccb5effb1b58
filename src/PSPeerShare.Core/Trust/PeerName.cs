using System.Buffers;
using System.Text;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// What a peer may be called in the book: 1 to 63 printable characters that cannot be taken for a wildcard, an
/// address, a path or a node id. The inbox has a folder of that name, so what no file system holds is left out too.
/// </summary>
internal static class PeerName
{
    public const int MaximumLength = 63;

    private const string Reserved = "*?[]`:/\\\"<>|";

    private static readonly SearchValues<char> ReservedSet = SearchValues.Create(Reserved);

    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaximumLength }
        && name.AsSpan().IndexOfAny(ReservedSet) < 0
        && !IsEdge(name[0]) && !IsEdge(name[^1])
        && Printable.Escape(name) == name
        && !NodeId.TryParse(name, out _);

    /// <exception cref="PeerShareException"><see cref="PeerError.PeerNameInvalid"/>.</exception>
    public static void Check(string? name)
    {
        if (!IsValid(name))
        {
            throw new PeerShareException(
                PeerError.PeerNameInvalid,
                Printable.Escape(name, 80),
                "a name has 1 to 63 printable characters, no dot or space at its ends, and none of " + Reserved);
        }
    }

    /// <summary>A valid name from what a node calls itself; from its id when nothing usable is left.</summary>
    public static string Suggest(string? ownName, NodeId id)
    {
        var kept = new StringBuilder();
        foreach (Rune rune in (ownName ?? string.Empty).EnumerateRunes())
        {
            string character = rune.ToString();
            bool isUsable = rune != Rune.ReplacementChar
                && Printable.Escape(character) == character
                && !Reserved.Contains(character, StringComparison.Ordinal);
            if (kept.Length + character.Length > MaximumLength)
            {
                break;
            }

            kept.Append(isUsable ? character : "-");
        }

        string name = Trim(kept.ToString());
        return IsValid(name) ? name : $"peer-{id.ShortId}";
    }

    /// <summary>The name, or the name with the first number from 2 up that makes it free.</summary>
    public static string MakeUnique(string name, Func<string, bool> isTaken)
    {
        string candidate = name;
        for (int number = 2; isTaken(candidate); number++)
        {
            string suffix = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"-{number}");
            int room = Math.Min(name.Length, MaximumLength - suffix.Length);
            candidate = name[..(char.IsHighSurrogate(name[room - 1]) ? room - 1 : room)] + suffix;
        }

        return candidate;
    }

    private static bool IsEdge(char c) => c == '.' || char.IsWhiteSpace(c);

    private static string Trim(string name)
    {
        int start = 0;
        int end = name.Length;
        while (start < end && IsEdge(name[start]))
        {
            start++;
        }

        while (end > start && IsEdge(name[end - 1]))
        {
            end--;
        }

        return name[start..end];
    }
}
