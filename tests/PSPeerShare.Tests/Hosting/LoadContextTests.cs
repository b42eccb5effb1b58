using System.Reflection;
using System.Runtime.Loader;

namespace PSPeerShare.Tests.Hosting;

/// <summary>The built module in an engine: what it loads, from where, and into which context.</summary>
public sealed class LoadContextTests
{
    // Makes the identity and opens the store and the log: Core, SQLite and Serilog all have to come.
    private const string UseEverything = "Get-PeerIdentity; Get-Peer; New-PeerTicket -WhatIf";

    private static IEnumerable<Assembly> Loaded => AppDomain.CurrentDomain.GetAssemblies()
        .Where(assembly => !assembly.IsDynamic && assembly.Location.StartsWith(BuiltModule.Folder, StringComparison.Ordinal));

    [Fact]
    public void Only_the_module_itself_is_in_the_default_context()
    {
        using HostedEngine engine = new();
        EngineResult result = engine.Run(UseEverything);
        Assert.Null(result.Terminating);
        Assert.Empty(result.Errors);

        Assert.Equal(
            ["PSPeerShare"],
            Loaded.Where(assembly => AssemblyLoadContext.GetLoadContext(assembly) == AssemblyLoadContext.Default)
                .Select(assembly => assembly.GetName().Name!));
        Assert.Contains(Loaded, assembly => assembly.GetName().Name == "Microsoft.Data.Sqlite");
    }

    [Fact]
    public void Importing_again_and_removing_leave_one_Core()
    {
        using HostedEngine engine = new();
        engine.Run(UseEverything);
        EngineResult result = engine.Run("""
            Import-Module $manifest -Force
            Remove-Module PSPeerShare
            Import-Module $manifest
            (Get-PeerIdentity).NodeId
            """);

        Assert.Empty(result.Errors);
        Assert.Single(result.Output);
        Assert.Single(Loaded, assembly => assembly.GetName().Name == "PSPeerShare.Core");
    }

    [Fact]
    public void Every_platform_has_its_native_library()
    {
        string[] platforms =
        [
            "linux-arm64", "linux-musl-arm64", "linux-musl-x64", "linux-x64", "osx-arm64", "osx-x64", "win-arm64", "win-x64",
        ];

        Assert.Equal(
            platforms,
            Directory.EnumerateDirectories(Path.Combine(BuiltModule.Folder, "lib", "runtimes"))
                .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(platforms, platform => Assert.Single(
            Directory.GetFiles(Path.Combine(BuiltModule.Folder, "lib", "runtimes", platform), "*e_sqlite3*", SearchOption.AllDirectories)));
    }
}
