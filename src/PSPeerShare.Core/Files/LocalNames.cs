using System.Buffers;
using System.Globalization;
using System.Text;

namespace PSPeerShare.Core.Files;

/// <summary>
/// What a platform cannot hold although the wire can carry it, what an inbox does not take, and the next free name.
/// It looks at single segments only and touches no file.
/// </summary>
internal static class LocalNames
{
    /// <summary>The largest number that a free name is tried with.</summary>
    public const int MaximumFreeNumber = 9999;

    private const int MaximumBytes = 255;
    private const int MaximumKeptExtension = 32;

    private static readonly SearchValues<char> s_windowsRefuses = SearchValues.Create("\\/:*?\"<>|");

    // A folder view of Windows follows these by itself and hands the user's credentials to a server of their choice.
    private static readonly string[] s_leakingExtensions =
        [".lnk", ".url", ".scf", ".library-ms", ".searchconnector-ms", ".search-ms", ".theme", ".themepack", ".website"];

    private static readonly string[] s_leakingNames = ["desktop.ini", "autorun.inf"];

    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>Why Windows (or one of its file systems) cannot hold a name, as part of a sentence; null when it can.</summary>
    public static string? WhyNotOnWindows(string name)
    {
        if (name.Length == 0)
        {
            return "it is empty";
        }

        int at = name.AsSpan().IndexOfAny(s_windowsRefuses);
        if (at >= 0)
        {
            return $"it contains {name[at]}";
        }

        // Short names: PROGRA~1 may be another file's second name, which a no-replace rename still refuses.
        return name[^1] is '.' or ' ' ? "it ends with a dot or a space"
            : name.Length > MaximumBytes ? "it is too long"
            : IsDevice(name) ? "it is the name of a device"
            : null;
    }

    /// <summary>Whether an inbox refuses the name, whatever the platform: the folder may be viewed from Windows.</summary>
    public static bool IsRefusedByInbox(string name)
    {
        // Windows drops dots and spaces at the end when it opens a file; so must this comparison.
        ReadOnlySpan<char> seen = name.AsSpan().TrimEnd(". ");
        int stream = seen.IndexOf(':');
        if (stream >= 0)
        {
            seen = seen[..stream].TrimEnd(". ");
        }

        foreach (string extension in s_leakingExtensions)
        {
            if (seen.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        foreach (string leaking in s_leakingNames)
        {
            if (seen.Equals(leaking, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The name with a number before its extension, cut so that it still has at most 255 bytes.</summary>
    public static string FreeName(string name, int number)
    {
        int dot = name.LastIndexOf('.');
        bool hasExtension = dot > 0 && name.Length - dot <= MaximumKeptExtension;
        string stem = hasExtension ? name[..dot] : name;
        string tail = string.Create(CultureInfo.InvariantCulture, $" ({number}){(hasExtension ? name[dot..] : string.Empty)}");
        int room = MaximumBytes - Encoding.UTF8.GetByteCount(tail);
        while (Encoding.UTF8.GetByteCount(stem) > room)
        {
            // Never half of a character that takes two chars.
            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return stem + tail;
    }

    private static bool IsDevice(string name)
    {
        int end = name.IndexOf('.', StringComparison.Ordinal);
        ReadOnlySpan<char> stem = name.AsSpan(0, end < 0 ? name.Length : end).TrimEnd(' ');
        foreach (string device in s_devices)
        {
            if (stem.Equals(device, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        // COM1 to COM9 and LPT1 to LPT9, where superscript one, two and three count as digits; and zero, to be safe.
        return stem.Length == 4
            && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
                || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase))
            && (char.IsAsciiDigit(stem[3]) || stem[3] is '\u00B9' or '\u00B2' or '\u00B3');
    }
}
