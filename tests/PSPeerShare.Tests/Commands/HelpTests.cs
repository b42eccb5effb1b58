using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>The pages of docs/en-US say what the commands really take, and Get-Help shows them.</summary>
public sealed partial class HelpTests : IDisposable
{
    private readonly HostedEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Every_command_has_a_page_and_every_page_a_command()
    {
        Assert.Equal(
            _engine.Commands.Select(command => command.Name).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Pages, "*-*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!);
    }

    [Fact]
    public void Pages_and_parameters_agree_exactly()
    {
        Assert.All(_engine.Commands, command =>
        {
            string[] actual = [.. CommandMetadata.DocumentedParameters(command).SelectMany(Describe).Order(StringComparer.Ordinal)];
            string[] documented = [.. Documented(Page(command)).Order(StringComparer.Ordinal)];

            Assert.Equal(actual, documented);
        });
    }

    [Fact]
    public void Pages_show_the_real_syntax()
    {
        Assert.All(_engine.Commands, command => Assert.Equal(
            command.ParameterSets.Select(set => $"{command.Name} {set}"),
            Syntax().Matches(Page(command)).Select(match => match.Groups["line"].Value)));
    }

    [Fact]
    public void Get_Help_knows_every_command_with_two_examples()
    {
        Assert.All(_engine.Commands, command =>
        {
            PSObject help = Assert.Single(_engine.Run($"Get-Help {command.Name} -Full").Output);

            Assert.False(string.IsNullOrWhiteSpace((string)help.Properties["Synopsis"].Value));
            Assert.NotEmpty(Items(help, "description"));
            Assert.True(Items(help, "examples", "example").Count >= 2, command.Name);
            Assert.Equal(
                CommandMetadata.DocumentedParameters(command).Select(parameter => parameter.Name).Order(StringComparer.Ordinal),
                Items(help, "parameters", "parameter").Select(item => item.Properties["name"].Value.ToString()).Order(StringComparer.Ordinal)!);
            Assert.Equal(command.ParameterSets.Count, Items(help, "syntax", "syntaxItem").Count);
        });
    }

    [Fact]
    public void There_is_an_overview()
    {
        PSObject topic = Assert.Single(_engine.Run("Get-Help about_PSPeerShare").Output);

        Assert.Contains("New-PeerTicket", topic.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("```", topic.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_example_can_be_parsed_and_uses_parameters_that_exist()
    {
        foreach (CmdletInfo command in _engine.Commands)
        {
            foreach (Match example in Example().Matches(Page(command)))
            {
                string code = example.Groups["code"].Value.Replace("PS> ", "", StringComparison.Ordinal);
                var script = System.Management.Automation.Language.Parser.ParseInput(code, out _, out var errors);

                Assert.Empty(errors);
                Assert.All(
                    script.FindAll(node => node is System.Management.Automation.Language.CommandParameterAst, true)
                        .Cast<System.Management.Automation.Language.CommandParameterAst>(),
                    use => AssertKnown(use, code));
            }
        }
    }

    [Fact]
    public void Every_error_id_that_a_page_names_exists()
    {
        string[] ids = Enum.GetNames(_engine.Core.GetType("PSPeerShare.Core.PeerError", throwOnError: true)!);

        Assert.All(_engine.Commands, command =>
        {
            string list = ErrorList().Match(Page(command)).Groups["list"].Value;
            Assert.All(IdentifierOfError().Matches(list), id => Assert.Contains(id.Value, ids));
        });
    }

    private static string Pages => Path.Combine(BuiltModule.Root, "docs", "en-US");

    private static string Page(CmdletInfo command) => File.ReadAllText(Path.Combine(Pages, command.Name + ".md"));

    private void AssertKnown(System.Management.Automation.Language.CommandParameterAst use, string code)
    {
        string name = ((System.Management.Automation.Language.CommandAst)use.Parent).GetCommandName();
        CmdletInfo? command = _engine.Commands.SingleOrDefault(known => known.Name == name);
        Assert.True(command is null || command.Parameters.ContainsKey(use.ParameterName), $"-{use.ParameterName} in: {code}");
    }

    // One line for each group of sets in which a parameter is the same, as a page has a block for each.
    private static IEnumerable<string> Describe(ParameterMetadata parameter) => parameter.ParameterSets
        .GroupBy(set => (set.Value.IsMandatory, set.Value.Position, set.Value.ValueFromPipeline, set.Value.ValueFromPipelineByPropertyName))
        .Select(group => string.Join('|',
            parameter.Name,
            TypeName(parameter.ParameterType),
            group.First().Key == ParameterAttribute.AllParameterSets ? "(All)" : string.Join(", ", group.Select(set => set.Key).Order(StringComparer.Ordinal)),
            string.Join(", ", parameter.Aliases),
            group.Key.IsMandatory,
            group.Key.Position < 0 ? "Named" : group.Key.Position,
            Pipeline(group.Key.ValueFromPipeline, group.Key.ValueFromPipelineByPropertyName),
            parameter.Attributes.Any(attribute => attribute is SupportsWildcardsAttribute)));

    private static string Pipeline(bool byValue, bool byName) => (byValue, byName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    private static string TypeName(Type type) => (Nullable.GetUnderlyingType(type) ?? type).Name;

    private static IEnumerable<string> Documented(string page) =>
        from chapter in Parameter().Matches(page)
        from block in Facts().Matches(chapter.Groups["body"].Value)
        let facts = block.Groups["facts"].Value.Split('\n').Where(line => line.Contains(':', StringComparison.Ordinal))
            .Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim())
        select string.Join('|',
            chapter.Groups["name"].Value, facts["Type"], facts["Parameter Sets"], facts["Aliases"], facts["Required"],
            facts["Position"], facts["Accept pipeline input"], facts["Accept wildcard characters"]);

    private static List<PSObject> Items(PSObject help, params string[] path)
    {
        object? value = help;
        foreach (string name in path)
        {
            value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        }

        return value is IList list ? [.. list.Cast<object>().Select(PSObject.AsPSObject)] : value is null ? [] : [PSObject.AsPSObject(value)];
    }

    [GeneratedRegex(@"^### -(?<name>\w+)\n(?<body>.*?)(?=^##)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Parameter();

    [GeneratedRegex("```yaml\n(?<facts>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Facts();

    [GeneratedRegex(@"```\n(?<line>\w+-\w+ .*|\w+-\w+)\n```")]
    private static partial Regex Syntax();

    [GeneratedRegex("```powershell\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"Error ids: (?<list>[^\n]*?)(\. |\.$|, and those)", RegexOptions.Multiline)]
    private static partial Regex ErrorList();

    [GeneratedRegex(@"\w+")]
    private static partial Regex IdentifierOfError();
}
