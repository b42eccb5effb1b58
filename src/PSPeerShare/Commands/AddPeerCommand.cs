using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSPeerShare.Binding;
using PSPeerShare.Core.Node;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;
using CoreRights = PSPeerShare.Core.Trust.PeerRights;

namespace PSPeerShare.Commands;

/// <summary>Trusts a node: by a ticket, a code or a PowerShell session, which make both sides trust each other, or by its node id, on this side only.</summary>
[Cmdlet(VerbsCommon.Add, "Peer", DefaultParameterSetName = TicketSet, SupportsShouldProcess = true)]
[OutputType(typeof(Peer))]
public sealed partial class AddPeerCommand : PeerCommand
{
    private const string TicketSet = "Ticket";
    private const string CodeSet = "Code";
    private const string SessionSet = "Session";
    private const string NodeIdSet = "NodeId";

    /// <summary>A ticket's text.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = TicketSet,
        ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A ticket that the peer made with New-PeerTicket: its text, a secure string or a file that holds it.")]
    [ValidateNotNull]
    public TicketArgument? Ticket { get; set; }

    /// <summary>A short code.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = CodeSet,
        HelpMessage = "The code that the other machine shows after New-PeerTicket -Code, for example K7Q-4MDX.")]
    [ValidateNotNullOrEmpty]
    public string Code { get; set; } = "";

    /// <summary>Open sessions with the peers' machines.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = SessionSet,
        HelpMessage = "Open PowerShell sessions with the machines to trust, over SSH or WinRM. Both sides get their entry.")]
    [ValidateNotNullOrEmpty]
    public PSSession[] Session { get; set; } = [];

    /// <summary>A full node id.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = NodeIdSet,
        HelpMessage = "The peer's full node id, as Get-PeerIdentity shows it there. The peer has to add this node too.")]
    [ValidateNotNullOrEmpty]
    public string NodeId { get; set; } = "";

    /// <summary>The name in the peer book.</summary>
    [Parameter(HelpMessage = "The name in the peer book. The peer's own name unless given.")]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Where the peer listens.</summary>
    [Parameter(HelpMessage = "Where the peer listens, as host or host:port. Tried before the ticket's addresses.")]
    [ValidateNotNullOrEmpty]
    public string[] Address { get; set; } = [];

    /// <summary>What the peer may do here.</summary>
    [Parameter(HelpMessage = "What the peer may do here: Browse, Read, Write. Browse and Read unless given.")]
    public PeerRights Allow { get; set; } = PeerRights.Browse | PeerRights.Read;

    /// <summary>Bytes per second to the peer.</summary>
    [Parameter(HelpMessage = "The most to send to the peer, in bytes per second, for example 10MB.")]
    [ValidateRange(1, long.MaxValue)]
    public long? RateLimit { get; set; }

    private bool HasTicket => ParameterSetName == TicketSet;

    private bool HasCode => ParameterSetName == CodeSet;

    // Tickets and codes are secrets: no message repeats them.
    private string Subject => Name ?? (HasTicket ? "the ticket's issuer" : HasCode ? "the node that shows the code" : NodeId);

    private protected override void Process()
    {
        if (ParameterSetName == SessionSet)
        {
            AddSessions();
        }
        else
        {
            Try(Subject, Add);
        }
    }

    private void Add()
    {
        var options = new AddPeerOptions
        {
            Ticket = HasTicket ? Ticket!.Text : null,
            Code = HasCode ? Code : null,
            NodeId = HasTicket || HasCode ? null : Core.Identity.NodeId.Parse(NodeId),
            Addresses = Address,
            Name = Name,
            Allow = (CoreRights)(int)Allow,
            RateLimit = RateLimit,
        };
        if (!ShouldProcess(Subject, $"Trust and allow {Allow}"))
        {
            return;
        }

        Write(Pump.Await(Node.AddPeerAsync(options, Pump.Token)));
    }

    private void Write(AddedPeer added)
    {
        Peer peer = added.Peer.ToOutput();
        if (added.WantedName is not null)
        {
            WriteWarning(Core.Diagnostics.Printable.Escape(
                $"A peer named '{added.WantedName}' exists; the new one is called '{peer.Name}'. Set-Peer -NewName gives it another name."));
        }

        WriteObject(peer);
    }
}
