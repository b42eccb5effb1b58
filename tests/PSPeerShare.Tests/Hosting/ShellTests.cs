using System.Runtime.InteropServices;

namespace PSPeerShare.Tests.Hosting;

/// <summary>Shell seen from outside, with a small module of scripts in place of the real one.</summary>
public sealed class ShellTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _module;

    public ShellTests()
    {
        _module = _folder.Write("Stub/PSPeerShare.psd1", """
            @{ RootModule = 'PSPeerShare.psm1'; ModuleVersion = '0.0.1'; FormatsToProcess = 'Stub.Format.ps1xml' }
            """);
        _folder.Write("Stub/PSPeerShare.psm1", """
            function Get-Thing { [pscustomobject] @{ PSTypeName = 'Stub.Thing'; Name = 'first'; Length = 2048; Hidden = 'not in the view' } }
            """);
        _folder.Write("Stub/Stub.Format.ps1xml", """
            <Configuration><ViewDefinitions><View>
              <Name>Thing</Name><ViewSelectedBy><TypeName>Stub.Thing</TypeName></ViewSelectedBy>
              <TableControl>
                <TableHeaders><TableColumnHeader><Label>Name</Label></TableColumnHeader><TableColumnHeader><Label>Size</Label></TableColumnHeader></TableHeaders>
                <TableRowEntries><TableRowEntry><TableColumnItems>
                  <TableColumnItem><PropertyName>Name</PropertyName></TableColumnItem>
                  <TableColumnItem><ScriptBlock>"$($_.Length / 1024) KiB"</ScriptBlock></TableColumnItem>
                </TableColumnItems></TableRowEntry></TableRowEntries>
              </TableControl>
            </View></ViewDefinitions></Configuration>
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_script_gets_its_arguments_by_name_and_by_position()
    {
        ShellResult result = RunFile(
            "param([string] $Name, [switch] $Loud, [switch] $Quiet, $First, $Second) \"$Name|$Loud|$Quiet|$First|$Second\"",
            "-Name", "with space", "-Loud", "-Quiet:$false", "one", "-2");

        Assert.Equal("with space|True|False|one|-2", result.Output.Trim());
    }

    [Fact]
    public void A_script_knows_its_own_folder()
    {
        ShellResult result = RunFile("$PSScriptRoot");

        Assert.Equal(_folder.Path, result.Output.Trim());
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("function f { exit 9 } f; 'never'", 9)]
    [InlineData("throw 'no'", 1)]
    [InlineData("[int]::Parse('x'); 'goes on'", 0)]
    [InlineData("dotnet no-such-command 2>&1 | Out-Null; 'goes on'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-Command nothing-of-this-name", 1)]
    public void A_scripts_end_is_the_exit_code(string script, int exitCode) =>
        Assert.Equal(exitCode, RunFile(script).ExitCode);

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 4", 4)]
    [InlineData("nothing-of-this-name", 1)]
    [InlineData("nothing-of-this-name; 'fine'", 0)]
    [InlineData("if (", 1)]
    [InlineData("'fine' # with a comment", 0)]
    public void A_commands_last_statement_is_the_exit_code(string command, int exitCode) =>
        Assert.Equal(exitCode, Run("-Command", command).ExitCode);

    [Fact]
    public void The_options_of_pwsh_are_accepted()
    {
        ShellResult result = Run(
            "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-Command", "1", "+", "1");

        Assert.Equal((0, "2"), (result.ExitCode, result.Output.Trim()));
    }

    [Theory]
    [InlineData("-NoSuchOption")]
    [InlineData("-Command")]
    [InlineData("no-such-script.ps1")]
    public void A_command_line_that_means_nothing_is_64_and_says_why(string argument)
    {
        ShellResult result = Run(argument);

        Assert.Equal(64, result.ExitCode);
        Assert.Contains(argument, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Output_is_formatted_by_the_modules_views()
    {
        ShellResult result = Run("-Command", "Get-Thing");

        Assert.Contains("first 2 KiB", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public void What_is_said_about_the_work_goes_to_standard_error_and_results_do_not()
    {
        ShellResult result = RunFile("""
            [CmdletBinding()] param()
            $PSCmdlet.WriteVerbose('v1'); $PSCmdlet.WriteWarning('w1'); $PSCmdlet.WriteDebug('d1')
            $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'copying', 'p1'))
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('e1'), 'Id', 'NotSpecified', $null))
            'result'
            """, "-Verbose", "-Debug");

        Assert.Equal("result", result.Output.Trim());
        Assert.All(["VERBOSE: v1", "WARNING: w1", "DEBUG: d1", "e1"], said => Assert.Contains(said, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("p1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Host_is_there_and_can_be_redirected()
    {
        ShellResult result = Run("-Command", "Write-Host shown 1, 2; Write-Host hidden 6> $null");

        Assert.Equal("shown 1 2", result.Output.Trim());
    }

    [Fact]
    public void A_question_nobody_can_answer_is_an_error()
    {
        ShellResult result = Run("-NonInteractive", "-Command", "$Host.UI.ReadLine()");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not interactive", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_is_not_there_is_said_by_name()
    {
        ShellResult result = ShellProcess.Run(_folder.Path, ["-Command", "1"], Path.Combine(_folder.Path, "nowhere"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("PSPEERSHARE_MODULE", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    public void A_signal_stops_the_pipeline_and_finally_blocks_run(PosixSignal signal, int exitCode)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using ShellProcess process = Start(
            "-Command", "try { 'started'; while ($true) { [Threading.Thread]::Sleep(10) } } finally { [Console]::Error.WriteLine('tidied') }");
        process.WaitForLine("started");
        process.Signal(signal);
        ShellResult result = process.Finish();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("tidied", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_is_first_on_the_module_path()
    {
        ShellResult result = Run("-Command", "($env:PSModulePath -split [IO.Path]::PathSeparator)[0]");

        Assert.Equal(_folder.Path, result.Output.Trim());
    }

    private ShellProcess Start(params string[] arguments) => ShellProcess.Start(_folder.Path, arguments, _module);

    private ShellResult Run(params string[] arguments) => ShellProcess.Run(_folder.Path, arguments, _module);

    private ShellResult RunFile(string script, params string[] arguments) =>
        Run([_folder.Write("script.ps1", script), .. arguments]);
}
