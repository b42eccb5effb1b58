using System.Collections;
using System.Management.Automation;

namespace PSPeerShare.Shell;

/// <summary>
/// The Write-Host of a machine without Microsoft.PowerShell.Utility: a record on the information stream that the host
/// also shows, so that <c>6&gt;</c> and <c>-InformationVariable</c> work as scripts expect.
/// </summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
public sealed class WriteHostCommand : PSCmdlet
{
    /// <summary>Whether the engine's own Write-Host lies beside the engine.</summary>
    internal static bool IsInEngine => File.Exists(Path.Combine(
        Path.GetDirectoryName(typeof(PSCmdlet).Assembly.Location)!, "Microsoft.PowerShell.Commands.Utility.dll"));

    /// <summary>What to show.</summary>
    [Parameter(Position = 0, ValueFromRemainingArguments = true, ValueFromPipeline = true)]
    [Alias("Object", "Msg")]
    public object? Message { get; set; }

    /// <summary>Leaves the line open.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Stands between the members of a list; a space by default.</summary>
    [Parameter]
    public object Separator { get; set; } = " ";

    /// <summary>The text's colour.</summary>
    [Parameter]
    public ConsoleColor? ForegroundColor { get; set; }

    /// <summary>The colour behind the text.</summary>
    [Parameter]
    public ConsoleColor? BackgroundColor { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        HostInformationMessage message = new()
        {
            Message = Text(Message),
            NoNewLine = NoNewline.IsPresent,
            ForegroundColor = ForegroundColor,
            BackgroundColor = BackgroundColor,
        };
        WriteInformation(message, ["PSHOST"]);
    }

    private string Text(object? value)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        return bare is IEnumerable list and not string and not IDictionary
            ? string.Join(Separator.ToString(), list.Cast<object?>().Select(Text))
            : value?.ToString() ?? string.Empty;
    }
}
