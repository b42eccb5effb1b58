using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace PSPeerShare.Tests.Commands;

/// <summary>A host that keeps what would be on the screen.</summary>
internal sealed partial class RecordingHost(int columns = 120) : PSHost
{
    private readonly Screen _screen = new(columns);

    public override string Name => "Recording";

    public override Version Version { get; } = new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override PSHostUserInterface UI => _screen;

    /// <summary>Progress as it was shown.</summary>
    public IReadOnlyCollection<ProgressRecord> Progress => _screen.Progress;

    /// <summary>What a person would see of an object.</summary>
    public string Render(string manifest, object instance) =>
        Run(manifest, null, "$instance | Out-Default", ("instance", instance));

    /// <summary>What a person would see while a script runs.</summary>
    /// <param name="manifest">The module.</param>
    /// <param name="home">The home, or the present one.</param>
    /// <param name="script">The script.</param>
    /// <param name="variables">Variables it may use.</param>
    public string Run(string manifest, string? home, string script, params (string Name, object? Value)[] variables)
    {
        if (home is not null)
        {
            Environment.SetEnvironmentVariable("PSPEERSHARE_HOME", home);
        }

        using Runspace runspace = RunspaceFactory.CreateRunspace(this, InitialSessionState.CreateDefault2());
        runspace.Open();
        foreach ((string name, object? value) in variables)
        {
            runspace.SessionStateProxy.SetVariable(name, value);
        }

        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddCommand("Import-Module").AddParameter("Name", manifest).Invoke();
        shell.Commands.Clear();
        shell.AddScript(script).Invoke();
        Assert.Empty(shell.Streams.Error);

        // The engine itself colours headings; what colours is of no interest here, and nothing else is taken away.
        return Colour().Replace(_screen.Text, "");
    }

    public override void SetShouldExit(int exitCode)
    {
        // Nobody exits in these tests.
    }

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
        // No console is handed over.
    }

    public override void NotifyEndApplication()
    {
        // No console is handed over.
    }

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Colour();

    private sealed class Screen(int columns) : PSHostUserInterface
    {
        private readonly StringBuilder _text = new();
        private readonly List<ProgressRecord> _progress = [];

        public string Text => _text.ToString();

        public IReadOnlyCollection<ProgressRecord> Progress
        {
            get
            {
                lock (_progress)
                {
                    return [.. _progress];
                }
            }
        }

        public override PSHostRawUserInterface RawUI { get; } = new Window(columns);

        public override void Write(string value) => _text.Append(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => _text.Append(value);

        public override void WriteLine(string value) => _text.AppendLine(value);

        public override void WriteErrorLine(string value) => _text.AppendLine(value);

        public override void WriteDebugLine(string message) => _text.AppendLine(message);

        public override void WriteVerboseLine(string message) => _text.AppendLine(message);

        public override void WriteWarningLine(string message) => _text.AppendLine(message);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
            lock (_progress)
            {
                _progress.Add(record);
            }
        }

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new NotSupportedException();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
            throw new NotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
            throw new NotSupportedException();

        public override PSCredential PromptForCredential(
            string caption,
            string message,
            string userName,
            string targetName,
            PSCredentialTypes allowedCredentialTypes,
            PSCredentialUIOptions options) => throw new NotSupportedException();
    }

    private sealed class Window(int columns) : PSHostRawUserInterface
    {
        public override ConsoleColor ForegroundColor { get; set; }

        public override ConsoleColor BackgroundColor { get; set; }

        public override Coordinates CursorPosition { get; set; }

        public override Coordinates WindowPosition { get; set; }

        public override int CursorSize { get; set; }

        public override Size BufferSize { get; set; } = new(columns, 50);

        public override Size WindowSize { get; set; } = new(columns, 50);

        public override Size MaxWindowSize => new(columns, 50);

        public override Size MaxPhysicalWindowSize => new(columns, 50);

        public override bool KeyAvailable => false;

        public override string WindowTitle { get; set; } = "";

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

        public override void FlushInputBuffer()
        {
            // No key is ever buffered.
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
            throw new NotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new NotSupportedException();
    }
}
