using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Errors;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Tries to reach peers and tells what worked, what failed and what to do.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Peer")]
[OutputType(typeof(PeerStatus), typeof(bool))]
public sealed class TestPeerCommand : PeerCommand
{
    /// <summary>Whom to reach.</summary>
    [Parameter(
        Position = 0, ValueFromPipeline = true,
        HelpMessage = "The peers to reach: a name, a node id, host, host:port or an object that names a node. All known peers unless given.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public PeerArgument[]? Peer { get; set; }

    /// <summary>Only whether it works.</summary>
    [Parameter(HelpMessage = "Write only whether the peer can be reached.")]
    public SwitchParameter Quiet { get; set; }

    /// <summary>How long to try.</summary>
    [Parameter(HelpMessage = "Seconds to try to reach a peer.")]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 5;

    private protected override void Process()
    {
        foreach (PeerArgument peer in Peer ?? Known())
        {
            try
            {
                Show(Pump.Await(Node.TestPeerAsync(
                    Node.ResolvePeer(peer.Text), TimeSpan.FromSeconds(TimeoutSec), Pump.Token)));
            }
            catch (PeerShareException) when (Quiet)
            {
                WriteObject(false);
            }
            catch (PeerShareException failure)
            {
                WriteError(ErrorRecords.Create(failure, peer.Name));
            }
        }
    }

    private PeerArgument[] Known()
    {
        PeerArgument[] known = [.. Node.GetPeers().Select(static peer => new PeerArgument(peer.NodeId.ToString()))];
        if (known.Length == 0)
        {
            WriteWarning("There is no peer to test. Add-Peer trusts one, by a ticket or a code that New-PeerTicket made on the other machine.");
        }

        return known;
    }

    private void Show(PeerProbe probe)
    {
        if (Quiet)
        {
            WriteObject(probe.IsReachable);
        }
        else
        {
            WriteObject(probe.ToOutput());
        }
    }
}
