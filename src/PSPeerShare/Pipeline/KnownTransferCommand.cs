using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;

namespace PSPeerShare.Pipeline;

/// <summary>A command that acts on transfers, chosen by id, by what they are, or from the pipeline.</summary>
public abstract class KnownTransferCommand : PeerCommand
{
    private protected KnownTransferCommand()
    {
    }

    /// <summary>The transfers' ids.</summary>
    [Parameter(
        Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The ids of the transfers, or transfers as Get-PeerTransfer writes them. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TransferCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Only these states.</summary>
    [Parameter(HelpMessage = "Only transfers in one of these states. Unless given, those that this command can do something with.")]
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

    /// <summary>What is about to happen to a transfer, for -WhatIf and -Confirm.</summary>
    private protected abstract string Action { get; }

    /// <summary>Whether the command is for a transfer that nobody has named.</summary>
    private protected abstract bool IsFor(TransferInfo transfer);

    /// <summary>Acts on one transfer.</summary>
    private protected abstract void Act(TransferInfo transfer);

    private protected override void Process()
    {
        if (Id is null && Status is null && Peer is null && After is null)
        {
            throw new PSArgumentException("Name the transfers by -Id, or choose them by -Status, -Peer or -After.", nameof(Id));
        }

        Try(null, ActOnAll);
    }

    private void ActOnAll()
    {
        foreach (TransferInfo transfer in TransferSelection.Of(Node, Pump, Id, Status, Peer, After, WriteError))
        {
            // What was named is acted on, or it is said why not; what merely matches, only where there is something to do.
            if (Status is null && !IsNamed(transfer) && !IsFor(transfer))
            {
                continue;
            }

            string shown = Core.Diagnostics.Printable.Escape($"{transfer.Peer}: {(transfer.SharePath.Length > 0 ? transfer.SharePath : transfer.Name)}");
            if (ShouldProcess(shown, Action))
            {
                Try(transfer.Id, () => Act(transfer));
            }
        }
    }

    private bool IsNamed(TransferInfo transfer) =>
        Id is not null && Array.Exists(Id, id => string.Equals(id, transfer.Id, StringComparison.OrdinalIgnoreCase));
}
