using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;
using CoreRights = PSPeerShare.Core.Trust.PeerRights;
using TicketOptions = PSPeerShare.Core.Trust.TicketOptions;

namespace PSPeerShare.Commands;

/// <summary>Makes an invitation: whoever redeems it with Add-Peer is trusted, and trusts this home.</summary>
[Cmdlet(VerbsCommon.New, "PeerTicket", DefaultParameterSetName = TicketSet, SupportsShouldProcess = true)]
[OutputType(typeof(PeerTicket))]
public sealed class NewPeerTicketCommand : PeerCommand
{
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(1);

    private const string TicketSet = "Ticket";
    private const string CodeSet = "Code";

    /// <summary>A short code for a person.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = CodeSet,
        HelpMessage = "Show a short code that a person types on the other machine: good for one attempt within ten minutes.")]
    public SwitchParameter Code { get; set; }

    /// <summary>What its redeemer may do here.</summary>
    [Parameter(HelpMessage = "What the peer may do here: Browse, Read, Write. Browse and Read unless given.")]
    public PeerRights Allow { get; set; } = PeerRights.Browse | PeerRights.Read;

    /// <summary>The only share that Browse and Read are for.</summary>
    [Parameter(HelpMessage = "The only share that Browse and Read are for. Every share unless given.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ShareCompleter))]
    public string? Share { get; set; }

    /// <summary>The only place that Browse and Read are for.</summary>
    [Parameter(HelpMessage = "The only folder or file that Browse and Read are for: below -Share, or else as share/folder.")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>How many nodes may redeem it.</summary>
    [Parameter(ParameterSetName = TicketSet, HelpMessage = "How many nodes may redeem the ticket.")]
    [ValidateRange(1, 1000)]
    public int Uses { get; set; } = 1;

    /// <summary>How long it is good for.</summary>
    [Parameter(ParameterSetName = TicketSet, HelpMessage = "How long the ticket is good for, for example 1:00:00 for an hour or 7.0:00:00 for a week.")]
    public TimeSpan ExpiresIn { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How many bytes may be fetched with it.</summary>
    [Parameter(ParameterSetName = TicketSet, HelpMessage = "The most bytes that may be fetched with the ticket, for example 10GB. Such a ticket is used directly and makes no lasting trust.")]
    [ValidateRange(1, long.MaxValue)]
    public long? Bytes { get; set; }

    /// <summary>The only node that may redeem it.</summary>
    [Parameter(ParameterSetName = TicketSet, HelpMessage = "The full node id of the only node that may redeem the ticket.")]
    [ValidateNotNullOrEmpty]
    public string? NodeId { get; set; }

    /// <summary>Further addresses of this home.</summary>
    [Parameter(ParameterSetName = TicketSet, HelpMessage = "Where this node can be reached, as host or host:port, if not only where it listens.")]
    [ValidateNotNullOrEmpty]
    public string[] Address { get; set; } = [];

    private protected override void End()
    {
        if (ExpiresIn < ShortestLife)
        {
            // A bare number is read as ticks of 100 ns, and such a ticket would be dead on arrival.
            throw new PSArgumentException("-ExpiresIn is less than a second; 7.00:00:00 is seven days.", nameof(ExpiresIn));
        }

        RequireSharePath();
        var options = new TicketOptions
        {
            Allow = (CoreRights)(int)Allow,
            Share = Share,
            Path = Path,
            Uses = Uses,
            ExpiresIn = ExpiresIn,
            Bytes = Bytes,
            NodeId = NodeId is null ? null : Core.Identity.NodeId.Parse(NodeId),
            Addresses = Address,
        };
        if (ShouldProcess(Node.Home, $"Make a {(Code ? "code" : "ticket")} that allows {Allow}"))
        {
            WarnOfUnknownShare();
            WarnOfMissingServer();

            // The one moment at which the text can be seen: shown whole, where a table would cut it.
            PSObject ticket = PSObject.AsPSObject(Pump.Await(Make(options)).ToOutput());
            ticket.TypeNames.Insert(0, $"{typeof(PeerTicket).FullName}#{(Code ? "Code" : "New")}");
            WriteObject(ticket);
        }
    }

    private Task<Core.Trust.TicketInfo> Make(TicketOptions options) =>
        Code ? Node.CreateCodeAsync(options, Pump.Token) : Node.NewTicketAsync(options, Pump.Token);

    // No error either: a server may be started before the ticket is used, and on the port that was meant.
    private void WarnOfMissingServer()
    {
        if (!Code && Address.Length == 0 && Pump.Await(Node.GetServerAsync(Pump.Token)) is null)
        {
            WriteWarning($"No server runs; the ticket names port {Core.Node.ServerOptions.DefaultPort}. Start-PeerServer first, or give -Address, where it will listen on another one.");
        }
    }

    // No error: the share may be added before the ticket is redeemed. A mistyped one shows its redeemer nothing.
    private void WarnOfUnknownShare()
    {
        string? share = Share ?? Path?.Split('/')[0];
        if (share is null)
        {
            return;
        }

        IReadOnlyList<ShareInfo> shares = Pump.Await(Node.GetSharesAsync(Pump.Token));
        if (!shares.Any(known => string.Equals(known.Name, share, StringComparison.OrdinalIgnoreCase)))
        {
            string there = shares.Count == 0 ? "" : $" There are: {string.Join(", ", shares.Select(static known => known.Name))}.";
            WriteWarning(Core.Diagnostics.Printable.Escape($"No share is named '{share}' now; until there is one, the ticket shows nothing.{there}"));
        }
    }

    // A path of this machine in place of one that begins with a share's name would make a ticket that shows nothing.
    private void RequireSharePath()
    {
        if (Path is null || !IsOfThisMachine(Path))
        {
            return;
        }

        string wanted = Share is null ? "-Path begins with the name of a share, as share/folder" : $"with -Share, -Path is below '{Share}', as folder/name";
        throw new PSArgumentException(
            Core.Diagnostics.Printable.Escape($"{wanted}, and not a path of this machine.{(SharePathOf(Path) is { } meant ? $" Did you mean '{meant}'?" : "")}"), nameof(Path));
    }

    private static bool IsOfThisMachine(string path) =>
        path.StartsWith('/') || path.StartsWith('\\') || path.StartsWith('~') || path is "." or ".."
            || path.StartsWith("./", StringComparison.Ordinal) || path.StartsWith("../", StringComparison.Ordinal)
            || System.IO.Path.IsPathFullyQualified(path);

    private string? SharePathOf(string path)
    {
        string full = LocalPaths.FullPath(this, path);
        foreach (ShareInfo share in Pump.Await(Node.GetSharesAsync(Pump.Token)))
        {
            string below = System.IO.Path.GetRelativePath(share.Path, full);
            if (below == ".")
            {
                return Share is null ? share.Name : null;
            }

            if (!System.IO.Path.IsPathFullyQualified(below) && below.Split(System.IO.Path.DirectorySeparatorChar)[0] != "..")
            {
                string name = below.Replace(System.IO.Path.DirectorySeparatorChar, '/');
                return Share is null ? $"{share.Name}/{name}" : name;
            }
        }

        return null;
    }
}
