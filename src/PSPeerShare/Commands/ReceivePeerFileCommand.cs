using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Receives the files that someone hands over by a code, and nothing else. Nobody gets into a peer book.</summary>
[Cmdlet(VerbsCommunications.Receive, "PeerFile", SupportsShouldProcess = true)]
[OutputType(typeof(PeerTransfer))]
public sealed class ReceivePeerFileCommand : PeerCommand
{
    private FetchDestination? destination;

    /// <summary>The code that the sender shows.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The code that Send-PeerFile -Code shows on the other machine.")]
    [ValidateNotNullOrEmpty]
    public string Code { get; set; } = "";

    /// <summary>Where the sender waits.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "Where the sender waits, as host:port, as it is shown beside the code.")]
    [ValidateNotNullOrEmpty]
    public string[] Address { get; set; } = [];

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
        if (!ShouldProcess(destination!.FullPath, $"Receive what {string.Join(", ", Address)} hands over"))
        {
            return;
        }

        IReadOnlyList<RemoteFile> files = Pump.Await(Node.ReceiveAsync(Code, Address, Pump.Token));
        int failed = 0;
        TransferJob<RemoteFile> job = Node.BeginFetch(new FetchOptions
        {
            Destination = destination.FullPath,
            DestinationIsFolder = true,
            Force = Force,
            NewName = NewName,
            OnStep = OnStep,
        });
        var run = new TransferRun<RemoteFile>(this, Pump, job, "Receiving files") { OnFailed = _ => failed++ };
        try
        {
            foreach (RemoteFile file in files)
            {
                run.Add(file, 0);
            }

            run.Finish();
        }
        catch
        {
            run.Close();
            throw;
        }

        if (failed == 0 && files.Count > 0)
        {
            Node.ConfirmReceived(files[0].NodeId);
        }
    }
}
