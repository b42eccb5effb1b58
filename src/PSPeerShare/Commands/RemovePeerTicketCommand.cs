using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Trust;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Takes tickets back; who redeemed one before stays trusted.</summary>
[Cmdlet(VerbsCommon.Remove, "PeerTicket", SupportsShouldProcess = true)]
public sealed class RemovePeerTicketCommand : PeerCommand
{
    /// <summary>The tickets' ids.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The ids of the tickets to take back. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TicketCompleter))]
    public string[] Id { get; set; } = [];

    private protected override void Process()
    {
        foreach (TicketInfo ticket in NameMatch.Select(
            Pump.Await(Node.GetTicketsAsync(Pump.Token)), Id, static ticket => ticket.Id, PeerError.TicketNotFound, WriteError))
        {
            if (ShouldProcess(ticket.Id, "Take the ticket back"))
            {
                Try(ticket.Id, () => Pump.Await(Node.RevokeTicketAsync(ticket.Id, Pump.Token)));
            }
        }
    }
}
