using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Every failure has one id, one message, one action and one entry in docs/errors.md.</summary>
public sealed partial class ErrorTextTests : IDisposable
{
    private readonly HostedEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Ids_messages_and_documentation_agree()
    {
        Dictionary<string, string> texts = XDocument
            .Load(Path.Combine(BuiltModule.Root, "src", "PSPeerShare", "Errors", "ErrorText.resx"))
            .Root!.Elements("data")
            .ToDictionary(entry => entry.Attribute("name")!.Value, entry => entry.Element("value")!.Value);
        string page = File.ReadAllText(Path.Combine(BuiltModule.Root, "docs", "errors.md"));
        Dictionary<string, (string Message, string Action)> documented = Entry().Matches(page).ToDictionary(
            entry => entry.Groups["id"].Value,
            entry => (entry.Groups["message"].Value, entry.Groups["action"].Value));
        string[] ids = [.. ErrorIds().Order(StringComparer.Ordinal)];

        Assert.Equal(ids, texts.Keys.Where(key => !key.EndsWith(".Action", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(ids, documented.Keys.Order(StringComparer.Ordinal));
        Assert.All(ids, id =>
        {
            Assert.Equal(texts[id], documented[id].Message);
            Assert.Equal(texts[id + ".Action"], documented[id].Action);
        });
        Assert.Equal(2 * ids.Length, texts.Count);
    }

    [Fact]
    public void Every_id_that_can_be_foreseen_has_a_category()
    {
        Type error = _engine.Core.GetType("PSPeerShare.Core.PeerError", throwOnError: true)!;
        MethodInfo of = _engine.Assembly.GetType("PSPeerShare.Errors.ErrorCategories", throwOnError: true)!
            .GetMethod("Of", BindingFlags.NonPublic | BindingFlags.Static)!;

        Assert.All(
            ErrorIds().Where(id => id != "Unexpected"),
            id => Assert.NotEqual(ErrorCategory.NotSpecified, of.Invoke(null, [Enum.Parse(error, id)])));
    }

    [Fact]
    public void Error_records_are_made_in_one_place_only()
    {
        string source = Path.Combine(BuiltModule.Root, "src", "PSPeerShare");

        Assert.Equal(
            ["ErrorRecords.cs"],
            Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
                .Where(file => File.ReadAllText(file).Contains("new ErrorRecord(", StringComparison.Ordinal))
                .Select(Path.GetFileName));
    }

    [Fact]
    public void An_error_carries_id_target_category_and_what_to_do()
    {
        EngineResult result = _engine.Run("Add-PeerShare -LiteralPath ./nowhere");

        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("PathNotFound,PSPeerShare.Commands.AddPeerShareCommand", error.FullyQualifiedErrorId);
        Assert.Equal("./nowhere", error.TargetObject);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal("The path does not exist: ./nowhere.", error.Exception.Message);
        Assert.Contains("-LiteralPath", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("PathNotFound", PSObject.AsPSObject(error.Exception).Properties["ErrorId"].Value);
    }

    [Fact]
    public void Nothing_in_a_message_can_move_the_cursor()
    {
        EngineResult result = _engine.Run("Add-PeerShare -LiteralPath \"a`e[2Jb$([char]0x202E)c\"");

        Assert.Equal(@"The path does not exist: a\u{001B}[2Jb\u{202E}c.", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void A_path_of_another_provider_is_refused()
    {
        EngineResult result = _engine.Run("Add-PeerShare -Path Env:PATH; Add-PeerShare -LiteralPath Env:PATH");

        Assert.Equal(2, result.Errors.Count);
        Assert.All(result.Errors, error =>
            Assert.StartsWith("PathNotFileSystem,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
    }

    private string[] ErrorIds() => Enum.GetNames(_engine.Core.GetType("PSPeerShare.Core.PeerError", throwOnError: true)!);

    [GeneratedRegex(@"^### (?<id>\w+)\n\n> (?<message>.+)\n\n.+\n\n\*What to do:\* (?<action>.+)$", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
