using System.Text;

namespace PSPeerShare.Shell;

/// <summary>
/// A small console host for PowerShell: runs one script or one command with the PSPeerShare module imported, so that
/// a machine with only the .NET SDK can use everything. It is not interactive and refuses to know what the module does.
/// </summary>
internal static class Program
{
    /// <summary>The exit code of a command line that cannot be understood; pwsh uses the same one.</summary>
    private const int BadCommandLine = 64;

    private static int Main(string[] args)
    {
        if (OperatingSystem.IsWindows())
        {
            // The console's code page of old would turn names in other scripts into question marks.
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }

        if (!CommandLine.TryParse(args, out CommandLine line, out string? fault))
        {
            Console.Error.WriteLine(fault);
            Console.Error.WriteLine(CommandLine.Usage);
            return BadCommandLine;
        }

        if (line.WantsHelp)
        {
            Console.Out.WriteLine(CommandLine.Usage);
            return 0;
        }

        if (line.File is not null && !File.Exists(line.File))
        {
            Console.Error.WriteLine($"The script '{line.File}' does not exist.");
            return BadCommandLine;
        }

        int exitCode = ShellSession.Run(line);

        // A node that the script left running must not keep the process: its threads end with it, as they do in pwsh.
        Environment.Exit(exitCode);
        return exitCode;
    }
}
