using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Core;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Errors;
using PSPeerShare.Output;

namespace PSPeerShare.Commands;

// Files for someone who is not trusted: a code is shown, and the command waits until it was typed and all is there.
public sealed partial class SendPeerFileCommand
{
    private const string CodeSet = "Code";
    private const string CodeLiteralPathSet = "CodeLiteralPath";

    private readonly List<string> offered = [];

    /// <summary>Hand over by a code.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = CodeSet,
        HelpMessage = "Show a code, wait for whoever types it in Receive-PeerFile, and hand over these files and nothing else.")]
    [Parameter(
        Mandatory = true, ParameterSetName = CodeLiteralPathSet,
        HelpMessage = "Show a code, wait for whoever types it in Receive-PeerFile, and hand over these files and nothing else.")]
    public SwitchParameter Code { get; set; }

    /// <summary>The TCP port to wait at.</summary>
    [Parameter(ParameterSetName = CodeSet, HelpMessage = "The TCP port to wait at. Any free port unless given.")]
    [Parameter(ParameterSetName = CodeLiteralPathSet, HelpMessage = "The TCP port to wait at. Any free port unless given.")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    private bool IsHandOver => ParameterSetName is CodeSet or CodeLiteralPathSet;

    private void Gather()
    {
        foreach (string path in LocalPaths.Resolve(this, LiteralPath ?? Path, LiteralPath is not null, WriteError))
        {
            Try(path, () => offered.Add(
                !Recurse && Directory.Exists(path) ? throw new PeerShareException(PeerError.PathIsFolder, path) : path));
        }
    }

    private void HandOver()
    {
        if (offered.Count == 0 || !ShouldProcess(string.Join(", ", offered), "Hand over to whoever types the code"))
        {
            return;
        }

        PeerNodeHandOver handOver = Node.OfferFiles(offered, Port, []);
        try
        {
            foreach (PeerShareException leftOut in handOver.LeftOut)
            {
                WriteError(ErrorRecords.Create(leftOut));
            }

            if (handOver.IsEmpty)
            {
                return;
            }

            // The person at the other machine needs it before the command has anything to write.
            string shown = $"On the other machine: Receive-PeerFile -Code {handOver.Code} -Address {Environment.MachineName}:{handOver.Port}\n"
                + $"(on the same network -Code alone is enough, until {handOver.Expires.LocalDateTime:HH:mm})";
            WriteInformation(new HostInformationMessage { Message = shown }, ["PSHOST"]);
            foreach (TransferInfo sent in Pump.Await(handOver.WaitAsync(Pump.Token)))
            {
                if (sent.Error is null)
                {
                    WriteObject(sent.ToOutput());
                }
                else
                {
                    WriteError(ErrorRecords.Create(sent));
                }
            }
        }
        finally
        {
            Pipeline.Pump.Abandon(handOver.DisposeAsync().AsTask());
        }
    }
}
