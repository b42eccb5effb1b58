using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Core;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Node;
using PSPeerShare.Errors;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Opens a page in the browser to choose, send, receive and watch files.</summary>
[Cmdlet(VerbsCommon.Show, "PeerDashboard", SupportsShouldProcess = true)]
[OutputType(typeof(PeerDashboard))]
public sealed class ShowPeerDashboardCommand : PeerCommand
{
    /// <summary>The TCP port.</summary>
    [Parameter(HelpMessage = "The TCP port on 127.0.0.1. 0 takes any free port.")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>Folders of the file picker.</summary>
    [Parameter(
        Position = 0,
        HelpMessage = "The folders that the page's file picker may show and save to: the inbox, the shares and the user's downloads unless given. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Root { get; set; } = [];

    /// <summary>Only say where it is.</summary>
    [Parameter(HelpMessage = "Open no browser; write the address, and the command that reaches it from another machine.")]
    public SwitchParameter NoBrowser { get; set; }

    private protected override void End()
    {
        string[] roots = [.. LocalPaths.Resolve(this, Root, isLiteral: false, ThrowTerminatingError)];
        if (!ShouldProcess(Node.Home, "Open the dashboard"))
        {
            return;
        }

        if (Pump.Await(Node.GetServerAsync(Pump.Token)) is null)
        {
            StartNode();
        }

        DashboardInfo dashboard = Pump.Await(Node.OpenDashboardAsync(
            new DashboardOptions { Port = Port, Roots = roots, Explain = Explain }, Pump.Token));
        string tunnel = TunnelCommand.For(dashboard.Port, Environment.GetEnvironmentVariable("SSH_CONNECTION"));
        if (!NoBrowser && !Browser.TryOpen(Node.WriteDashboardLink(dashboard)))
        {
            WriteWarning($"No browser could be opened here. Open the address yourself, once and within ten minutes; on another machine after: {tunnel}");
        }

        WriteObject(new PeerDashboard
        {
            Url = dashboard.Url,
            Port = dashboard.Port,
            TunnelCommand = tunnel,
            Roots = [.. dashboard.Roots],
            Expires = dashboard.CodeExpires.LocalDateTime,
        });
    }

    private void StartNode()
    {
        WriteVerbose("No server runs; starting one in this session.");
        try
        {
            Pump.Await(Node.StartServerAsync(new ServerOptions(), Pump.Token));
        }
        catch (PeerShareException failure) when (failure.Error == PeerError.PortInUse)
        {
            // Another user's node, most likely. The page needs a node, not this port.
            Pump.Await(Node.StartServerAsync(new ServerOptions { Port = 0 }, Pump.Token));
        }
    }

    private static (string Message, string? Action) Explain(PeerShareException failure) =>
        (ErrorText.Message(failure.Error, failure.Target, failure.Detail), ErrorText.Action(failure.Error));
}
