using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSPeerShare.Tests.Hosting;

/// <summary>What one script gave.</summary>
internal sealed record EngineResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    ErrorRecord? Terminating);

/// <summary>The PowerShell engine in this process with the built module imported and a home of its own.</summary>
internal sealed class HostedEngine : IDisposable
{
    private const string HomeVariable = "PSPEERSHARE_HOME";

    private readonly TemporaryFolder _folder = new();
    private readonly string? _earlierHome = Environment.GetEnvironmentVariable(HomeVariable);
    private readonly Runspace _runspace;

    public HostedEngine()
    {
        Home = Path.Combine(_folder.Path, "home");
        Environment.SetEnvironmentVariable(HomeVariable, Home);
        _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        _runspace.Open();
        EngineResult import = Run("Import-Module $manifest -ErrorAction Stop", ("manifest", BuiltModule.Manifest));
        Assert.Null(import.Terminating);

        // A copy of the module anywhere else would be loaded silently in its place.
        Assert.All(
            AppDomain.CurrentDomain.GetAssemblies().Where(assembly =>
                assembly.GetName().Name is "PSPeerShare" or "PSPeerShare.Core"),
            assembly => Assert.StartsWith(BuiltModule.Folder, assembly.Location, StringComparison.Ordinal));
    }

    /// <summary>The home that cmdlets of this engine use.</summary>
    public string Home { get; }

    /// <summary>A folder for the test's files; it holds the home too.</summary>
    public string Folder => _folder.Path;

    /// <summary>Runs a script to its end.</summary>
    /// <param name="script">The script.</param>
    /// <param name="variables">Variables it may use.</param>
    public EngineResult Run(string script, params (string Name, object? Value)[] variables)
    {
        foreach ((string name, object? value) in variables)
        {
            _runspace.SessionStateProxy.SetVariable(name, value);
        }

        using PowerShell shell = PowerShell.Create(_runspace);
        List<PSObject> output = [];
        ErrorRecord? terminating = null;
        try
        {
            shell.AddScript(script).Invoke(null, output);
        }
        catch (RuntimeException exception)
        {
            terminating = exception.ErrorRecord;
        }

        return new EngineResult(
            output,
            [.. shell.Streams.Error],
            [.. shell.Streams.Warning.Select(record => record.Message)],
            [.. shell.Streams.Verbose.Select(record => record.Message)],
            terminating);
    }

    /// <summary>Starts a script that a test wants to stop; dispose of it after <see cref="PowerShell.Stop"/>.</summary>
    /// <param name="script">The script.</param>
    public (PowerShell Shell, Task<PSDataCollection<PSObject>> Finished) Start(string script)
    {
        PowerShell shell = PowerShell.Create(_runspace).AddScript(script);
        return (shell, shell.InvokeAsync());
    }

    public void Dispose()
    {
        _runspace.Dispose();
        RunningNodes.Close();
        Environment.SetEnvironmentVariable(HomeVariable, _earlierHome);
        _folder.Dispose();
    }
}
