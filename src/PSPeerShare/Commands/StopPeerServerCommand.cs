using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Stops this home's node, in whichever process it runs.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PeerServer", DefaultParameterSetName = NameSet, SupportsShouldProcess = true)]
public sealed class StopPeerServerCommand : PeerCommand
{
    private const string NameSet = "Name";
    private const string InputObjectSet = "InputObject";

    /// <summary>The node's name; this home's node unless given.</summary>
    [Parameter(
        Position = 0, ParameterSetName = NameSet,
        HelpMessage = "The name of the server to stop. This home's server unless given. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string? Name { get; set; }

    /// <summary>The node to stop.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "A server as Start-PeerServer or Get-PeerServer writes it.")]
    [ValidateNotNull]
    public PeerServer? InputObject { get; set; }

    /// <summary>How long running transfers may take to finish.</summary>
    [Parameter(HelpMessage = "Seconds that running transfers may take to finish before they are cut off.")]
    [ValidateRange(0, 86400)]
    public int TimeoutSec { get; set; } = 30;

    /// <summary>Cut off what is running.</summary>
    [Parameter(HelpMessage = "Cut off running transfers at once.")]
    public SwitchParameter Force { get; set; }

    private protected override void Process() => Try(InputObject?.Name ?? Name, Stop);

    private void Stop()
    {
        ServerInfo? server = Pump.Await(Node.GetServerAsync(Pump.Token));
        if (server is null || !IsMeant(server))
        {
            throw new PeerShareException(PeerError.ServerNotRunning, InputObject?.Name ?? Name ?? Node.Home);
        }

        if (ShouldProcess(server.Name, "Stop the peer server"))
        {
            Pump.Await(Node.StopServerAsync(TimeSpan.FromSeconds(TimeoutSec), Force, Pump.Token));
        }
    }

    private bool IsMeant(ServerInfo server) =>
        InputObject is not null
            ? string.Equals(InputObject.NodeId, server.NodeId.ToString(), StringComparison.Ordinal)
            : Name is null || WildcardPattern.Get(Name, WildcardOptions.IgnoreCase).IsMatch(server.Name);
}
