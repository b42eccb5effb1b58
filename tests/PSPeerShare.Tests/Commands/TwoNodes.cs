using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>
/// Two homes on this machine that trust each other: <c>nas</c> runs a server over the loopback interface, <c>laptop</c>
/// asks. Every script runs in the same engine; the home decides which node it acts on.
/// </summary>
internal sealed class TwoNodes : IDisposable
{
    private const string HomeVariable = "PSPEERSHARE_HOME";

    public TwoNodes(string allow = "Browse, Read, Write")
    {
        Directory.CreateDirectory(Shared);
        Fetched = Path.Combine(Engine.Folder, "fetched");
        Engine.Run("$nas = $nasHome; $laptop = $laptopHome", ("nasHome", NasHome), ("laptopHome", LaptopHome));
        Ok(OnNas(
            "Start-PeerServer -LiteralPath $shared -Name nas -Port 0 -ListenAddress 127.0.0.1 -Inbox $inbox",
            ("shared", Shared),
            ("inbox", Inbox)));
        PSObject ticket = Ok(OnNas($"New-PeerTicket -Allow {allow}")).Output[0];
        Ok(OnLaptop("Add-Peer -Ticket \"$ticket\"", ("ticket", ticket)));
    }

    public HostedEngine Engine { get; } = new();

    public string NasHome => Path.Combine(Engine.Folder, "nas-home");

    public string LaptopHome => Path.Combine(Engine.Folder, "laptop-home");

    /// <summary>The folder that nas shares as <c>share</c>.</summary>
    public string Shared => Path.Combine(Engine.Folder, "share");

    /// <summary>The inbox of nas.</summary>
    public string Inbox => Path.Combine(Engine.Folder, "inbox");

    /// <summary>Where tests fetch to.</summary>
    public string Fetched { get; }

    /// <summary>Writes a file below the share.</summary>
    public string Share(string name, string text = "content") => Share(name, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file below the share.</summary>
    public string Share(string name, byte[] content)
    {
        string file = Path.Combine(Shared, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        return file;
    }

    public EngineResult OnNas(string script, params (string Name, object? Value)[] variables) => Run(NasHome, script, variables);

    public EngineResult OnLaptop(string script, params (string Name, object? Value)[] variables) =>
        Run(LaptopHome, script, variables);

    /// <summary>Starts a script on laptop that a test wants to stop.</summary>
    public (PowerShell Shell, Task<PSDataCollection<PSObject>> Finished) StartOnLaptop(string script)
    {
        Environment.SetEnvironmentVariable(HomeVariable, LaptopHome);
        return Engine.Start(script);
    }

    /// <summary>The result of a script that must not fail.</summary>
    public static EngineResult Ok(EngineResult result)
    {
        ErrorRecord[] errors = result.Terminating is null ? [.. result.Errors] : [.. result.Errors, result.Terminating];
        Assert.True(errors.Length == 0, string.Join('\n', errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}")));
        return result;
    }

    /// <summary>The only error of a script, terminating or not, without the class that wrote it.</summary>
    public static string ErrorId(EngineResult result) =>
        (result.Terminating ?? Assert.Single(result.Errors)).FullyQualifiedErrorId.Split(',')[0];

    public void Dispose()
    {
        OnNas("Stop-PeerServer -Force -ErrorAction Ignore");
        OnLaptop("Stop-PeerServer -Force -ErrorAction Ignore");
        Engine.Dispose();
    }

    private EngineResult Run(string home, string script, (string Name, object? Value)[] variables)
    {
        Environment.SetEnvironmentVariable(HomeVariable, home);
        return Engine.Run(script, [("to", Fetched), .. variables]);
    }
}
