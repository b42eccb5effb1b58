using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace PSPeerShare.Tests.Hosting;

/// <summary>The scripts that come with the project.</summary>
public sealed class ScriptTests
{
    public static TheoryData<string> All => [.. Directory
        .EnumerateFiles(BuiltModule.Root, "*.ps1", SearchOption.TopDirectoryOnly)
        .Concat(Directory.EnumerateFiles(Path.Combine(BuiltModule.Root, "examples"), "*.ps1"))
        .Select(file => Path.GetRelativePath(BuiltModule.Root, file))];

    [Theory]
    [MemberData(nameof(All))]
    public void A_script_can_be_parsed(string script)
    {
        Parse(script, out ParseError[] errors);

        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("build.ps1")]
    [InlineData("examples/quickstart.ps1")]
    public void A_script_for_Shell_uses_only_what_the_engine_alone_has(string script)
    {
        ScriptBlockAst ast = Parse(script, out _);
        IEnumerable<string> functions = ast.FindAll(node => node is FunctionDefinitionAst, searchNestedScriptBlocks: true)
            .Select(node => ((FunctionDefinitionAst)node).Name);
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using PowerShell shell = PowerShell.Create(runspace);
        IEnumerable<string> engine = shell.AddScript("Get-Command -CommandType Cmdlet").Invoke<CommandInfo>().Select(command => command.Name);

        // The module's nouns begin with Peer, Write-Host is Shell's own, and dotnet is the one program
        // that everybody has.
        HashSet<string> known = new(
            [.. functions, .. engine, "Write-Host", "dotnet"], StringComparer.OrdinalIgnoreCase);

        string[] unknown =
        [
            .. ast.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true)
                .Select(node => ((CommandAst)node).GetCommandName())
                .Where(name => name?.Contains("-Peer", StringComparison.Ordinal) == false && !known.Contains(name)),
        ];
        Assert.Empty(unknown);
    }

    private static ScriptBlockAst Parse(string script, out ParseError[] errors) =>
        Parser.ParseFile(Path.Combine(BuiltModule.Root, script), out _, out errors);
}
