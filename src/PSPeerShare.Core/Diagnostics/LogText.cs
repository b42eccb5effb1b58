using System.Text;
using System.Text.RegularExpressions;

namespace PSPeerShare.Core.Diagnostics;

/// <summary>What a value looks like in a log: escaped, bounded, and without any ticket that slipped into a text.</summary>
internal static partial class LogText
{
    private const int Maximum = 8192;

    /// <summary>The value's text. Numbers and times stay as they are, so that the log can be queried.</summary>
    public static object? Of(object? value) => value switch
    {
        null => null,
        bool or int or uint or long or ulong or double or TimeSpan or DateTimeOffset => value,
        Exception failure => Describe(failure),
        _ => Clean(value.ToString()),
    };

    public static string Clean(string? text) => HideTickets(Printable.Escape(text, Maximum));

    /// <summary>A failure and what caused it; the messages are escaped, the line breaks between are ours.</summary>
    public static string Describe(Exception failure)
    {
        var text = new StringBuilder();
        for (Exception? current = failure; current is not null; current = current.InnerException)
        {
            text.Append(text.Length == 0 ? string.Empty : "\ncaused by ")
                .Append(current.GetType().FullName).Append(": ").Append(Printable.Escape(current.Message));
            if (current.StackTrace is { } trace)
            {
                text.Append('\n').Append(trace);
            }
        }

        return HideTickets(text.ToString());
    }

    private static string HideTickets(string text) =>
        text.Contains("pspeer-secret-", StringComparison.OrdinalIgnoreCase)
            ? TicketPattern().Replace(text, "pspeer-secret-(hidden)")
            : text;

    [GeneratedRegex("pspeer-secret-[0-9A-Za-z_:=+/-]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TicketPattern();
}
