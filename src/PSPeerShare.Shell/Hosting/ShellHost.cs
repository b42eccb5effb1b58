using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace PSPeerShare.Shell.Hosting;

/// <summary>What the engine asks of its host: a user interface, cultures and a place for the exit code.</summary>
internal sealed class ShellHost(bool isNonInteractive) : PSHost, IDisposable
{
    private readonly ShellUserInterface _userInterface = new(isNonInteractive);

    /// <summary>The code of an <c>exit</c> at top level, if there was one.</summary>
    public int? ExitCode { get; private set; }

    public override string Name => "PSPeerShare.Shell";

    public override Version Version { get; } = typeof(ShellHost).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => _userInterface;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new PSNotSupportedException("Shell has no prompt to nest.");

    public override void ExitNestedPrompt() => throw new PSNotSupportedException("Shell has no prompt to leave.");

    public override void NotifyBeginApplication() => _userInterface.ClearProgress();

    public override void NotifyEndApplication()
    {
        // Nothing of the console was handed over.
    }

    public void Dispose() => _userInterface.ClearProgress();
}
