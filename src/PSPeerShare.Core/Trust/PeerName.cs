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

    /// <summary>
    /// A valid name from what a node calls itself; from its id when nothing usable is left. Nobody has chosen it here,
    /// so it is one plain word: it needs no quotes and cannot be a host's name, which a command would take for the
    /// host. Letters, digits, '-' and '_' stay; whatever stands between becomes one '-'.
    /// </summary>
    public static string Suggest(string? ownName, NodeId id)
    {
        var kept = new StringBuilder();
        foreach (Rune rune in (ownName ?? string.Empty).EnumerateRunes())
        {
            string character = Rune.IsLetterOrDigit(rune) || rune.Value == '_' ? rune.ToString() : "-";
            if (kept.Length + character.Length > MaximumLength)
            {
                break;
            }

            if (character != "-" || (kept.Length > 0 && kept[^1] != '-'))
            {
                kept.Append(character);
            }
        }

        string name = kept.ToString().TrimEnd('-');
        return IsValid(name) && !PeerAddress.IsHostAlone(name) ? name : $"peer-{id.ShortId}";
    }

    /// <summary>A valid name from the host that the user gave for a node, unchanged where that is one.</summary>
    public static string OfHost(string? host, NodeId id) => IsValid(host) ? host! : Suggest(host, id);

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
}
