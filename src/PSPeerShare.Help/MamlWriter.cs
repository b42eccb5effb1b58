using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PSPeerShare.Help;

/// <summary>Writes pages in MAML, the XML that Get-Help reads.</summary>
internal static class MamlWriter
{
    private static readonly XNamespace Msh = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static void Write(string file, IEnumerable<CommandPage> pages)
    {
        var root = new XElement(Msh + "helpItems", new XAttribute("schema", "maml"), pages.Select(Page));
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        using XmlWriter writer = XmlWriter.Create(file, settings);
        root.Save(writer);
    }

    private static XElement Page(CommandPage page)
    {
        string[] words = page.Name.Split('-', 2);
        return new XElement(
            Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "command", Command.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "dev", Dev.NamespaceName),
            new XElement(
                Command + "details",
                new XElement(Command + "name", page.Name),
                new XElement(Command + "verb", words[0]),
                new XElement(Command + "noun", words[1]),
                Description([page.Synopsis])),
            Description(page.Description),
            new XElement(Command + "syntax", page.Sets.Select(set => Syntax(page, set))),
            new XElement(Command + "parameters", page.Parameters.DistinctBy(static use => use.Name).Select(Parameter)),
            new XElement(Command + "inputTypes", page.Inputs.Select(static note => Note("inputType", note))),
            new XElement(Command + "returnValues", page.Outputs.Select(static note => Note("returnValue", note))),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page.Notes))),
            new XElement(Command + "examples", page.Examples.Select(Example)),
            new XElement(Command + "relatedLinks", page.Links.Select(Link)));
    }

    private static XElement Syntax(CommandPage page, ParameterSet set) => new(
        Command + "syntaxItem",
        new XElement(Maml + "name", page.Name),
        page.Parameters
            .Where(use => use.IsIn(set))
            .OrderBy(static use => use.Position, StringComparer.OrdinalIgnoreCase)
            .ThenByDescending(static use => use.IsRequired)
            .Select(Parameter));

    private static XElement Parameter(ParameterUse use) => new(
        Command + "parameter",
        new XAttribute("required", use.IsRequired ? "true" : "false"),
        new XAttribute("variableLength", "true"),
        new XAttribute("globbing", use.TakesWildcards ? "true" : "false"),
        new XAttribute("pipelineInput", use.Pipeline),
        new XAttribute("position", use.Position.ToLowerInvariant()),
        new XAttribute("aliases", use.Aliases.Length == 0 ? "none" : use.Aliases),
        new XElement(Maml + "name", use.Name),
        Description(use.Description),
        IsSwitch(use)
            ? null
            : new XElement(
                Command + "parameterValue",
                new XAttribute("required", "true"),
                new XAttribute("variableLength", "false"),
                use.Type),
        new XElement(Dev + "type", new XElement(Maml + "name", use.Type), new XElement(Maml + "uri")),
        new XElement(Dev + "defaultValue", use.Default));

    private static XElement Note(string name, TypeNote note) => new(
        Command + name,
        new XElement(Dev + "type", new XElement(Maml + "name", note.Type)),
        Description(note.Remarks));

    private static XElement Example(Example example) => new(
        Command + "example",
        new XElement(Maml + "title", example.Title),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", Paragraphs(example.Remarks)));

    private static XElement Link(string command) => new(
        Maml + "navigationLink",
        new XElement(Maml + "linkText", command),
        new XElement(Maml + "uri"));

    private static XElement Description(IEnumerable<string> paragraphs) => new(Maml + "description", Paragraphs(paragraphs));

    private static IEnumerable<XElement> Paragraphs(IEnumerable<string> paragraphs) =>
        paragraphs.Select(static text => new XElement(Maml + "para", text));

    private static bool IsSwitch(ParameterUse use) => use.Type == "SwitchParameter";
}
