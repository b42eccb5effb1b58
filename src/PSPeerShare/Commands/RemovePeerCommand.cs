using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core.Trust;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Ends the trust in a peer; its connections are closed at once.</summary>
[Cmdlet(VerbsCommon.Remove, "Peer", DefaultParameterSetName = NameSet, SupportsShouldProcess = true)]
public sealed class RemovePeerCommand : PeerCommand
{
    private const string NameSet = "Name";
    private const string NodeIdSet = "NodeId";
    private const string InputObjectSet = "InputObject";

    /// <summary>The peers' names.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = NameSet,
        HelpMessage = "The names of the peers to remove. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The peers' node ids.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = NodeIdSet,
        HelpMessage = "The full node ids of the peers to remove.")]
    [ValidateNotNullOrEmpty]
    public string[]? NodeId { get; set; }

    /// <summary>The peers.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "Peers as Get-Peer writes them.")]
    [ValidateNotNullOrEmpty]
    public Peer[]? InputObject { get; set; }

    private protected override void Process()
    {
        string[]? ids = InputObject is null ? NodeId : Array.ConvertAll(InputObject, static peer => peer.NodeId);
        foreach (PeerInfo peer in PeerSelection.Of(Node, Name, ids, WriteError))
        {
            if (ShouldProcess(peer.Name, "End trust and close its connections"))
            {
                Try(peer.Name, () => Pump.Await(Node.RemovePeerAsync(peer.NodeId, Pump.Token)));
            }
        }
    }
}
