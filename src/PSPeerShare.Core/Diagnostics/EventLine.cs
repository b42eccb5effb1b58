using System.Globalization;
using System.Text;

namespace PSPeerShare.Core.Diagnostics;

/// <summary>An event as one line for people: the template with its values put in.</summary>
internal static class EventLine
{
    public static string Render(string template, ReadOnlySpan<(string Name, object? Value)> properties)
    {
        var line = new StringBuilder(template.Length + 64);
        ReadOnlySpan<char> rest = template;
        while (true)
        {
            int open = rest.IndexOf('{');
            int close = open < 0 ? -1 : rest[open..].IndexOf('}') + open;
            if (close <= open)
            {
                return line.Append(rest).ToString();
            }

            line.Append(rest[..open]);
            line.Append(CultureInfo.InvariantCulture, $"{ValueOf(rest[(open + 1)..close], properties)}");
            rest = rest[(close + 1)..];
        }
    }

    private static object? ValueOf(ReadOnlySpan<char> name, ReadOnlySpan<(string Name, object? Value)> properties)
    {
        foreach ((string known, object? value) in properties)
        {
            if (name.SequenceEqual(known))
            {
                return value;
            }
        }

        return null;
    }
}
