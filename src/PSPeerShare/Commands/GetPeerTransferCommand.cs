using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
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
        foreach (TransferInfo transfer in TransferSelection.Of(Node, Pump, Id, Status, Peer, After, WriteError))
        {
            WriteObject(transfer.ToOutput());
        }
    }
}
