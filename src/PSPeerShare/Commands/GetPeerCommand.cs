using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core.Trust;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shows the peers that this home trusts.</summary>
[Cmdlet(VerbsCommon.Get, "Peer", DefaultParameterSetName = NameSet)]
[OutputType(typeof(Peer))]
public sealed class GetPeerCommand : PeerCommand
{
    private const string NameSet = "Name";
    private const string NodeIdSet = "NodeId";

    /// <summary>The peers' names.</summary>
    [Parameter(
        Position = 0, ParameterSetName = NameSet, ValueFromPipeline = true,
        HelpMessage = "The names of the peers. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The peers' node ids.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = NodeIdSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The full node ids of the peers.")]
    [ValidateNotNullOrEmpty]
    public string[]? NodeId { get; set; }

    private protected override void Process()
    {
        foreach (PeerInfo peer in PeerSelection.Of(Node, Name, NodeId, WriteError))
        {
            WriteObject(peer.ToOutput());
        }
    }
}
