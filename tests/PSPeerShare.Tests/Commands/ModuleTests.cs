using System.Management.Automation;
using System.Runtime.Loader;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>The module as it is imported: what it exports, what it loads and what it leaves alone.</summary>
public sealed class ModuleTests : IDisposable
{
    private readonly HostedEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void It_exports_its_cmdlets_and_nothing_else()
    {
        EngineResult result = _engine.Run("""
            $module = Get-Module PSPeerShare
            $module.ExportedCommands.Values | ForEach-Object { "$($_.CommandType) $($_.Name)" }
            $module.ExportedVariables.Keys
            """);

        Assert.Equal(
            [
                "Cmdlet Add-Peer", "Cmdlet Add-PeerShare", "Cmdlet Find-Peer", "Cmdlet Find-PeerFile",
                "Cmdlet Get-Peer", "Cmdlet Get-PeerFile", "Cmdlet Get-PeerIdentity", "Cmdlet Get-PeerServer",
                "Cmdlet Get-PeerShare", "Cmdlet Get-PeerTicket", "Cmdlet Get-PeerTransfer", "Cmdlet New-PeerIdentity",
                "Cmdlet New-PeerTicket", "Cmdlet Receive-PeerFile", "Cmdlet Remove-Peer", "Cmdlet Remove-PeerShare", "Cmdlet Remove-PeerTicket",
                "Cmdlet Resume-PeerTransfer", "Cmdlet Send-PeerFile", "Cmdlet Set-Peer", "Cmdlet Show-PeerDashboard",
                "Cmdlet Start-PeerServer", "Cmdlet Stop-PeerServer", "Cmdlet Stop-PeerTransfer",
                "Cmdlet Suspend-PeerTransfer", "Cmdlet Test-Peer",
            ],
            result.Output.Select(line => line.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_public_cmdlet_class_is_exported()
    {
        string[] classes = [.. _engine.Assembly.ExportedTypes
            .Select(type => (CmdletAttribute?)Attribute.GetCustomAttribute(type, typeof(CmdletAttribute)))
            .OfType<CmdletAttribute>()
            .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}")
            .Order(StringComparer.Ordinal)];

        Assert.Equal(classes, _engine.Commands.Select(command => command.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_can_be_imported_again_and_again_and_Core_stays_one()
    {
        EngineResult result = _engine.Run("""
            Get-PeerIdentity | Out-Null
            Import-Module $manifest -Force -ErrorAction Stop
            Import-Module $manifest -Force -ErrorAction Stop
            Remove-Module PSPeerShare
            Import-Module $manifest -ErrorAction Stop
            (Get-PeerIdentity).NodeId
            """, ("manifest", BuiltModule.Manifest));

        Assert.Null(result.Terminating);
        Assert.Empty(result.Errors);
        Assert.Single(result.Output);
        Assert.Single(AssemblyLoadContext.All, context => context.Name == "PSPeerShare.Core");
    }

    [Fact]
    public void Nothing_third_party_is_loaded_into_the_default_context()
    {
        _engine.Run("Get-PeerIdentity | Out-Null; Get-Peer | Out-Null; Get-PeerTicket | Out-Null");

        string[] byDefault = [.. AssemblyLoadContext.Default.Assemblies.Select(assembly => assembly.GetName().Name!)];
        AssemblyLoadContext core = Assert.Single(AssemblyLoadContext.All, context => context.Name == "PSPeerShare.Core");
        Assert.Contains(core.Assemblies, assembly => assembly.GetName().Name == "Microsoft.Data.Sqlite");
        Assert.DoesNotContain("PSPeerShare.Core", byDefault);
        Assert.DoesNotContain(byDefault, name =>
            name.StartsWith("Serilog", StringComparison.Ordinal)
            || name.StartsWith("Google.Protobuf", StringComparison.Ordinal)
            || name.StartsWith("SQLite", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Data.Sqlite", StringComparison.Ordinal));
    }

    [Fact]
    public void Cmdlets_know_the_node_and_neither_its_protocol_nor_its_transport()
    {
        string source = Path.Combine(BuiltModule.Root, "src", "PSPeerShare");

        Assert.All(Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories), file =>
        {
            string text = File.ReadAllText(file);
            Assert.DoesNotContain("Core.Protocol", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Core.Transport", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Importing_and_loading_every_type_of_it_does_not_load_Core()
    {
        // A process of its own: here Core is loaded by the first test that uses it.
        ShellResult result = ShellProcess.Run(_engine.Home, ["-Command", """
            $types = (Get-Command Get-PeerFile).ImplementingType.Assembly.GetTypes()
            "$($types.Length -gt 50) $([System.Runtime.Loader.AssemblyLoadContext]::All.Name -contains 'PSPeerShare.Core')"
            """]);

        Assert.Equal("True False", result.Output.Trim());
    }
}
