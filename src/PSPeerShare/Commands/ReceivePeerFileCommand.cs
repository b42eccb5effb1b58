using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Errors;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Receives the files that someone hands over by a code or shows by a ticket, and nothing else. Nobody gets into a peer book.</summary>
[Cmdlet(VerbsCommunications.Receive, "PeerFile", DefaultParameterSetName = CodeSet, SupportsShouldProcess = true)]
[OutputType(typeof(PeerTransfer))]
public sealed class ReceivePeerFileCommand : PeerCommand
{
    private const string CodeSet = "Code";
    private const string TicketSet = "Ticket";

    private FetchDestination? destination;

    /// <summary>The code that the sender shows.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = CodeSet,
        HelpMessage = "The code that Send-PeerFile -Code shows on the other machine.")]
    [ValidateNotNullOrEmpty]
    public string Code { get; set; } = "";

    /// <summary>Where the sender waits.</summary>
    [Parameter(
        Position = 1, ParameterSetName = CodeSet,
        HelpMessage = "Where the sender waits, as host:port, as it is shown beside the code. Looked for on the local network unless given.")]
    [ValidateNotNullOrEmpty]
    public string[] Address { get; set; } = [];

    /// <summary>A ticket's text.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = TicketSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A ticket of the sender's: its text, a secure string or a file that holds it. Everything that it shows is received.")]
    [ValidateNotNull]
    public TicketArgument? Ticket { get; set; }

    /// <summary>Where the files go.</summary>
    [Parameter(HelpMessage = "The folder for the files, which is created. The current location unless given.")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>Replace files of other content.</summary>
    [Parameter(HelpMessage = "Replace files of other content.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Take a free name.</summary>
    [Parameter(HelpMessage = "Take a free name, as name (2).txt, when the name holds other content.")]
    public SwitchParameter NewName { get; set; }

    private string Sender => Ticket is not null ? "the ticket's issuer" : Address.Length > 0 ? string.Join(", ", Address) : "the node nearby";

    private protected override void Begin()
    {
        if (Force && NewName)
        {
            throw new PSArgumentException("-Force and -NewName exclude each other.", nameof(NewName));
        }

        destination = FetchDestination.Of(this, Destination, mayBringSeveral: true);
    }

    private protected override void End()
    {
        // A code is good for one attempt, so it is not tried only to see what is there.
        if (!ShouldProcess(destination!.FullPath, $"Receive what {Sender} hands over"))
        {
            return;
        }

        IReadOnlyList<SearchResult> found = Pump.Await(
            Ticket is null ? Node.ReceiveAsync(Code, Address, Pump.Token) : Node.ReceiveByTicketAsync(Ticket.Text, Pump.Token));
        List<TransferInfo> failed = [];
        TransferJob<RemoteFile> job = Node.BeginFetch(new FetchOptions
        {
            Destination = destination.FullPath,
            DestinationIsFolder = true,
            Force = Force,
            NewName = NewName,
            OnStep = OnStep,
        });
        var run = new TransferRun<RemoteFile>(this, Pump, job, "Receiving files") { OnFailed = failed.Add };
        try
        {
            foreach (SearchResult result in found)
            {
                Take(result, run);
            }

            run.Finish();
        }
        catch
        {
            run.Close();
            throw;
        }

        if (Ticket is null && !Node.ConfirmReceived(found, failed))
        {
            WriteVerbose("The sender still waits: the same command with the same code goes on where this one ended.");
        }
    }

    private void Take(SearchResult result, TransferRun<RemoteFile> run)
    {
        if (result.File is { } file)
        {
            run.Add(file, 0);
            return;
        }

        // Something could not be listed. The rest arrives all the same.
        WriteError(ErrorRecords.Create(result.Failure!, Sender));
    }
}
