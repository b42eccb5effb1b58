using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Trust;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shows this home's tickets and open codes; their secret texts are not kept.</summary>
[Cmdlet(VerbsCommon.Get, "PeerTicket")]
[OutputType(typeof(PeerTicket))]
public sealed class GetPeerTicketCommand : PeerCommand
{
    /// <summary>The tickets' ids.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The ids of the tickets. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TicketCompleter))]
    public string[]? Id { get; set; }

    private protected override void Process()
    {
        foreach (TicketInfo ticket in NameMatch.Select(
            Pump.Await(Node.GetTicketsAsync(Pump.Token)), Id, static ticket => ticket.Id, PeerError.TicketNotFound, WriteError))
        {
            WriteObject(ticket.ToOutput());
        }
    }
}
