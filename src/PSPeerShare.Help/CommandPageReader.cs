namespace PSPeerShare.Help;

/// <summary>Reads a cmdlet's page; what is missing is an error with its line.</summary>
internal sealed class CommandPageReader
{
    private const string Default = " (Default)";

    private readonly string file;
    private readonly Section page;

    private CommandPageReader(string file)
    {
        this.file = file;
        string[] lines = File.ReadAllLines(file);
        page = Section.Parse(lines).Children.SingleOrDefault() ?? throw Fault(1, "a page has one heading of the first level");
    }

    public static CommandPage Read(string file) => new CommandPageReader(file).Read();

    private CommandPage Read()
    {
        if (page.Title != Path.GetFileNameWithoutExtension(file))
        {
            throw Fault(page.Line, "the title is not the file's name");
        }

        return new CommandPage(
            page.Title,
            string.Join(' ', Chapter("SYNOPSIS").Paragraphs()),
            ReadSets(),
            Chapter("DESCRIPTION").Paragraphs(),
            [.. Chapter("EXAMPLES").Children.Select(ReadExample)],
            [.. Chapter("PARAMETERS").Children.Where(static entry => entry.Title.StartsWith('-')).SelectMany(ReadParameter)],
            [.. Chapter("INPUTS").Children.Select(static entry => new TypeNote(entry.Title, entry.Paragraphs()))],
            [.. Chapter("OUTPUTS").Children.Select(static entry => new TypeNote(entry.Title, entry.Paragraphs()))],
            Chapter("NOTES").Paragraphs(),
            [.. Chapter("RELATED LINKS").Paragraphs().Select(static link => link.Split(']')[0].TrimStart('['))]);
    }

    private Section Chapter(string title) =>
        page.Children.SingleOrDefault(section => section.Title == title) ?? throw Fault(page.Line, $"there is no chapter {title}");

    private List<ParameterSet> ReadSets()
    {
        Section syntax = Chapter("SYNTAX");
        if (syntax.Children.Count == 0)
        {
            return [new ParameterSet("", Single(syntax, ""))];
        }

        return [.. syntax.Children.Select(set => new ParameterSet(
            set.Title.EndsWith(Default, StringComparison.Ordinal) ? set.Title[..^Default.Length] : set.Title,
            Single(set, "")))];
    }

    private Example ReadExample(Section section) =>
        new(section.Title, Single(section, "powershell"), section.Paragraphs());

    private IEnumerable<ParameterUse> ReadParameter(Section section)
    {
        IReadOnlyList<string> blocks = section.Blocks("yaml");
        if (blocks.Count == 0)
        {
            throw Fault(section.Line, "a parameter has a yaml block");
        }

        foreach (string block in blocks)
        {
            Dictionary<string, string> facts = block.Split('\n')
                .Where(static line => line.Contains(':', StringComparison.Ordinal))
                .Select(static line => line.Split(':', 2))
                .ToDictionary(static pair => pair[0].Trim(), static pair => pair[1].Trim(), StringComparer.Ordinal);
            string Fact(string name) =>
                facts.TryGetValue(name, out string? value) ? value : throw Fault(section.Line, $"'{name}' is missing");

            yield return new ParameterUse(
                section.Title[1..],
                section.Paragraphs(),
                Fact("Type"),
                Fact("Parameter Sets").Split(", "),
                Fact("Aliases"),
                Fact("Required") == "True",
                Fact("Position"),
                Fact("Default value"),
                Fact("Accept pipeline input"),
                Fact("Accept wildcard characters") == "True");
        }
    }

    private string Single(Section section, string kind) =>
        section.Blocks(kind) is [string block] ? block : throw Fault(section.Line, "one code block is wanted here");

    private HelpSourceException Fault(int line, string message) => new(file, line, message);
}
