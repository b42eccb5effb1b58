using System.Text;

namespace PSPeerShare.Help;

/// <summary>Turns an about page into the plain text that Get-Help shows: headings in capitals, the rest indented.</summary>
internal static class AboutText
{
    public static string Convert(string markdown)
    {
        var text = new StringBuilder();
        bool isCode = false;
        foreach (string line in markdown.ReplaceLineEndings("\n").TrimEnd().Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (isCode)
            {
                Indent(text, 8, line);
            }
            else if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                text.Append("TOPIC\n").Append("    ").Append(line.AsSpan(2)).Append('\n');
            }
            else if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                text.Append(line[3..].ToUpperInvariant()).Append('\n');
            }
            else if (line.StartsWith("### ", StringComparison.Ordinal))
            {
                Indent(text, 2, line[4..]);
            }
            else
            {
                Indent(text, 4, line);
            }
        }

        return text.ToString();
    }

    private static void Indent(StringBuilder text, int spaces, string line)
    {
        if (line.Length > 0)
        {
            text.Append(' ', spaces).Append(line);
        }

        text.Append('\n');
    }
}
