using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shows the transfers of this home: those that run, in whichever process, and those that ended.</summary>
[Cmdlet(VerbsCommon.Get, "PeerTransfer")]
[OutputType(typeof(PeerTransfer))]
public sealed class GetPeerTransferCommand : PeerCommand
{
    /// <summary>The transfers' ids.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The ids of the transfers. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TransferCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only these states.</summary>
    [Parameter(HelpMessage = "Only transfers in one of these states, for example Running or Interrupted.")]
    [ValidateNotNullOrEmpty]
    public PeerTransferStatus[]? Status { get; set; }

    /// <summary>Only with these peers.</summary>
    [Parameter(HelpMessage = "Only transfers with these peers: a name or a node id.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public PeerArgument[]? Peer { get; set; }

    /// <summary>Only what began later.</summary>
    [Parameter(HelpMessage = "Only transfers that began after this time.")]
    public DateTime? After { get; set; }

    private protected override void Process() => Try(null, Show);

    private void Show()
    {
        var filter = new TransferFilter
        {
            Statuses = Status is null ? null : Array.ConvertAll(Status, static status => (TransferStatus)(int)status),
            After = After is null ? null : new DateTimeOffset(After.Value.ToUniversalTime()),
        };
        List<PeerTarget>? peers = Peer is null ? null : PeerTargets.Resolve(Node, Peer, WriteError);
        IReadOnlyList<TransferInfo> transfers = Pump.Await(Node.TransfersAsync(filter, Pump.Token));
        foreach (TransferInfo transfer in NameMatch.Select(
            transfers, Id, static transfer => transfer.Id, PeerError.TransferNotFound, WriteError))
        {
            if (peers is null || IsWith(transfer, peers))
            {
                WriteObject(transfer.ToOutput());
            }
        }
    }

    // A loop, so that no closure holds a value of a type that is not loaded yet when the module is imported.
    private static bool IsWith(TransferInfo transfer, List<PeerTarget> peers)
    {
        foreach (PeerTarget peer in peers)
        {
            if (peer.NodeId is { } id ? id == transfer.NodeId : string.Equals(peer.Text, transfer.Peer, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
