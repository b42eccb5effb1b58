namespace PSPeerShare.Help;

/// <summary>A heading of a page with the lines and the smaller headings below it.</summary>
internal sealed class Section(string title, int level, int line)
{
    public string Title { get; } = title;

    public int Level { get; } = level;

    public int Line { get; } = line;

    public List<string> Lines { get; } = [];

    public List<Section> Children { get; } = [];

    /// <summary>Reads the headings of a page; lines between code fences are no headings.</summary>
    public static Section Parse(IReadOnlyList<string> lines)
    {
        var root = new Section("", 0, 0);
        var open = new Stack<Section>([root]);
        bool isCode = false;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i];
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            int level = isCode ? 0 : line.TakeWhile(static c => c == '#').Count();
            if (level == 0 || level >= line.Length || line[level] != ' ')
            {
                open.Peek().Lines.Add(line);
                continue;
            }

            while (open.Peek().Level >= level)
            {
                open.Pop();
            }

            var section = new Section(line[level..].Trim(), level, i + 1);
            open.Peek().Children.Add(section);
            open.Push(section);
        }

        return root;
    }

    /// <summary>The text outside code fences, a string a paragraph, without the marks of Markdown.</summary>
    public IReadOnlyList<string> Paragraphs()
    {
        var paragraphs = new List<string>();
        var current = new List<string>();
        bool isCode = false;
        foreach (string line in Lines.Append(""))
        {
            bool isFence = line.StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (!isFence && !isCode && line.Trim().Length > 0)
            {
                current.Add(line.Trim());
            }
            else if (current.Count > 0)
            {
                paragraphs.Add(string.Join(' ', current).Replace("`", "", StringComparison.Ordinal));
                current.Clear();
            }
        }

        return paragraphs;
    }

    /// <summary>The blocks between code fences of a kind.</summary>
    public IReadOnlyList<string> Blocks(string kind)
    {
        var blocks = new List<string>();
        List<string>? current = null;
        foreach (string line in Lines)
        {
            if (current is null)
            {
                current = line == "```" + kind ? [] : null;
            }
            else if (line == "```")
            {
                blocks.Add(string.Join('\n', current));
                current = null;
            }
            else
            {
                current.Add(line);
            }
        }

        return blocks;
    }
}
