using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;

namespace PSPeerShare.Shell.Hosting;

/// <summary>
/// Output goes to standard output and everything said about it to standard error, so that a pipe or a file gets results
/// and nothing else.
/// </summary>
internal sealed partial class ShellUserInterface(bool isNonInteractive) : PSHostUserInterface
{
    // Records come from the pipeline's thread and from threads of running cmdlets.
    private readonly Lock _gate = new();
    private readonly ProgressLine _progress = new();

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface();

    public override bool SupportsVirtualTerminal { get; } =
        !OperatingSystem.IsWindows() && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Takes the progress line off the terminal.</summary>
    public void ClearProgress()
    {
        lock (_gate)
        {
            _progress.Clear();
        }
    }

    public override void Write(string value) => Put(Console.Out, value, isLine: false);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        lock (_gate)
        {
            if (Console.IsOutputRedirected)
            {
                Write(value);
                return;
            }

            // The background is the terminal's own: Shell does not know it and the engine guesses black.
            Console.ForegroundColor = foregroundColor;
            Write(value);
            Console.ResetColor();
        }
    }

    public override void WriteLine(string value) => Put(Console.Out, value, isLine: true);

    public override void WriteErrorLine(string value) => Put(Console.Error, value, isLine: true);

    public override void WriteWarningLine(string message) => Put(Console.Error, "WARNING: " + message, isLine: true);

    public override void WriteVerboseLine(string message) => Put(Console.Error, "VERBOSE: " + message, isLine: true);

    public override void WriteDebugLine(string message) => Put(Console.Error, "DEBUG: " + message, isLine: true);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_gate)
        {
            _progress.Show(sourceId, record);
        }
    }

    private void Put(TextWriter writer, string value, bool isLine)
    {
        bool isPlain = writer == Console.Error ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        string text = isPlain ? new StringDecorated(value).ToString(OutputRendering.PlainText) : value;
        lock (_gate)
        {
            _progress.Clear();
            if (isLine)
            {
                writer.WriteLine(text);
            }
            else
            {
                writer.Write(text);
            }
        }
    }
}
