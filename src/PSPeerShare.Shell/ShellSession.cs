using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;
using PSPeerShare.Shell.Hosting;

namespace PSPeerShare.Shell;

/// <summary>One runspace from its start to the exit code.</summary>
internal sealed class ShellSession : IDisposable
{
    // SetShouldExit and not `exit`, which would drop the rows of a table that is not printed yet.
    // Dot-sourced, as pwsh -File does it; @args keeps what is a parameter's name and what is a value. A script's own
    // `exit n` ends the script here and leaves $? false, which a native command's code inside the script does not.
    private const string RunFile = """
        . $PSPeerShareScript @PSPeerShareSwitches @args
        if (-not $?) { $Host.SetShouldExit($LASTEXITCODE ? $LASTEXITCODE : 1) }
        """;

    // As in pwsh, -Command fails when its last statement did.
    private const string CheckLastStatement = "\nif (-not $?) { $Host.SetShouldExit(1) }";

    private readonly ShellHost _host;
    private readonly Runspace _runspace;
    private readonly StopSignals _signals;

    private ShellSession(CommandLine line)
    {
        _host = new ShellHost(line.IsNonInteractive);
        _runspace = RunspaceFactory.CreateRunspace(_host, CreateState(line));
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _signals = new StopSignals();
    }

    /// <summary>Does what the command line asks for.</summary>
    /// <param name="line">The command line.</param>
    /// <returns>0; 1 after a terminating error; the script's own code; 130 or 143 after SIGINT or SIGTERM.</returns>
    public static int Run(CommandLine line)
    {
        using ShellSession session = new(line);
        session._runspace.Open();
        return session.ImportModule() ? session.RunScript(line) : 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Dispose();
        _runspace.Dispose();
        _host.Dispose();
    }

    private static InitialSessionState CreateState(CommandLine line)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            // What an installed pwsh has by default. Elsewhere there is no policy, and setting one throws.
            state.ExecutionPolicy = Enum.TryParse(line.ExecutionPolicy, ignoreCase: true, out ExecutionPolicy policy)
                ? policy
                : ExecutionPolicy.RemoteSigned;
        }

        if (!WriteHostCommand.IsInEngine)
        {
            state.Commands.Add(new SessionStateCmdletEntry("Write-Host", typeof(WriteHostCommand), null));
        }

        if (line.File is not null)
        {
            state.Variables.Add(new SessionStateVariableEntry("PSPeerShareScript", line.File, "The script that Shell runs."));
            state.Variables.Add(new SessionStateVariableEntry(
                "PSPeerShareSwitches", line.Switches, "Its arguments of the form -Name:value."));
        }

        return state;
    }

    private bool ImportModule()
    {
        string? manifest = ModuleLocation.Find();
        if (manifest is null)
        {
            Console.Error.WriteLine(
                $"The module PSPeerShare was not found. Build it with 'dotnet build', or name its folder in {ModuleLocation.Variable}.");
            return false;
        }

        // First on the path, so that `Import-Module PSPeerShare` in a script and parallel runspaces find this one too.
        string modules = Path.GetDirectoryName(Path.GetDirectoryName(manifest))!;
        Environment.SetEnvironmentVariable(
            "PSModulePath", modules + Path.PathSeparator + Environment.GetEnvironmentVariable("PSModulePath"));

        Command import = new("Import-Module");
        import.Parameters.Add("Name", manifest);
        import.Parameters.Add("Global");
        import.Parameters.Add("ErrorAction", ActionPreference.Stop);
        return Invoke(import);
    }

    private int RunScript(CommandLine line)
    {
        Command command = new(line.Command is null ? RunFile : WithCheck(line.Command), isScript: true, useLocalScope: false);
        foreach (CommandParameter argument in line.Arguments)
        {
            command.Parameters.Add(argument);
        }

        bool isComplete = Invoke(command);
        if (_signals.ExitCode is int signalled)
        {
            return signalled;
        }

        if (_host.ExitCode is int asked)
        {
            return asked;
        }

        return isComplete ? 0 : 1;
    }

    private bool Invoke(Command command)
    {
        using Pipeline pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add(command);
        Command output = new("Out-Default");
        output.MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output;
        pipeline.Commands.Add(output);
        try
        {
            using (_signals.Guard(pipeline))
            {
                pipeline.Invoke();
            }

            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException exception)
        {
            Report(exception);
            return false;
        }
    }

    /// <summary>Shows the error that ended the pipeline the way the engine shows any other.</summary>
    private void Report(RuntimeException exception)
    {
        PSObject error = PSObject.AsPSObject(new ErrorRecord(exception.ErrorRecord, exception));
        error.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        using Pipeline pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add(new Command("Out-Default"));
        try
        {
            pipeline.Invoke(new[] { error });
        }
        catch (RuntimeException)
        {
            // The view itself failed; the message alone still has to reach the user.
            _host.UI.WriteErrorLine(exception.Message);
        }
    }

    private static string WithCheck(string command)
    {
        string text = command + CheckLastStatement;

        // What cannot be parsed, or cannot be followed by a statement, runs as it is: the error is then its own.
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return errors.Length == 0 ? text : command;
    }
}
