using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Pipeline;

/// <summary>A command that acts on transfers, chosen by id or from the pipeline.</summary>
public abstract class KnownTransferCommand : PeerCommand
{
    private protected KnownTransferCommand()
    {
    }

    /// <summary>The transfers' ids.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The ids of the transfers, or transfers as Get-PeerTransfer writes them. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TransferCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>What is about to happen to a transfer, for -WhatIf and -Confirm.</summary>
    private protected abstract string Action { get; }

    /// <summary>Acts on one transfer.</summary>
    private protected abstract void Act(string id);

    private protected override void Process() => Try(null, ActOnAll);

    private void ActOnAll()
    {
        IReadOnlyList<TransferInfo> transfers = Pump.Await(Node.TransfersAsync(new TransferFilter(), Pump.Token));
        foreach (TransferInfo transfer in NameMatch.Select(
            transfers, Id, static transfer => transfer.Id, PeerError.TransferNotFound, WriteError))
        {
            string shown = Core.Diagnostics.Printable.Escape($"{transfer.Peer}: {(transfer.SharePath.Length > 0 ? transfer.SharePath : transfer.Name)}");
            if (ShouldProcess(shown, Action))
            {
                Try(transfer.Id, () => Act(transfer.Id));
            }
        }
    }
}
