using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Output;

namespace PSPeerShare.Commands;

public sealed partial class GetPeerFileCommand
{
    private const string InputObjectSet = "InputObject";
    private const string PathSet = "Path";
    private const string HashSet = "Hash";
    private const string TicketSet = "Ticket";

    /// <summary>What Find-PeerFile found.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "Files as Find-PeerFile writes them.")]
    [ValidateNotNullOrEmpty]
    public PeerFile[] InputObject { get; set; } = [];

    /// <summary>Who has the files.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet,
        HelpMessage = "The peer that has the files: a name, a node id, host, host:port or an object that names a node.")]
    [Parameter(
        ParameterSetName = HashSet,
        HelpMessage = "The peer that has the content. All known peers are asked unless given.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public PeerArgument? Peer { get; set; }

    /// <summary>The share paths of the files.</summary>
    [Parameter(
        Position = 1, ParameterSetName = PathSet,
        HelpMessage = "The share paths of the files, as share/folder/name. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [Parameter(
        Position = 1, ParameterSetName = TicketSet,
        HelpMessage = "The share paths of the files, as share/folder/name. Wildcards are allowed. All that the ticket shows unless given.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RemotePathCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>The share paths of the files, taken as they are.</summary>
    [Parameter(
        ParameterSetName = PathSet,
        HelpMessage = "The share paths of the files, as share/folder/name, in which no character is a wildcard.")]
    [Parameter(
        ParameterSetName = TicketSet,
        HelpMessage = "The share paths of the files, as share/folder/name, in which no character is a wildcard.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RemotePathCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Everything below folders.</summary>
    [Parameter(ParameterSetName = PathSet, HelpMessage = "Fetch everything below the folders that the paths mean.")]
    [Parameter(ParameterSetName = TicketSet, HelpMessage = "Fetch everything below the folders that the paths mean.")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The ticket to use.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = TicketSet,
        HelpMessage = "Fetch from the issuer of this ticket, without trusting it: a ticket's text, a secure string or a file that holds it.")]
    [ValidateNotNull]
    public TicketArgument? Ticket { get; set; }

    /// <summary>The content.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = HashSet,
        HelpMessage = "The BLAKE3 hash of the content, 64 hexadecimal digits as b3sum prints them.")]
    [ValidateNotNullOrEmpty]
    public string[] Hash { get; set; } = [];

    /// <summary>Where the files go.</summary>
    [Parameter(HelpMessage = "A folder, which is created, or the name of the file. The current location unless given.")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>Replace files of other content.</summary>
    [Parameter(HelpMessage = "Replace files of other content.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Take a free name.</summary>
    [Parameter(HelpMessage = "Take a free name, as name (2).txt, when the name holds other content.")]
    public SwitchParameter NewName { get; set; }

    /// <summary>Names only.</summary>
    [Parameter(HelpMessage = "Keep names only, not the folders above them.")]
    public SwitchParameter Flatten { get; set; }

    /// <summary>On stable storage.</summary>
    [Parameter(HelpMessage = "Have every file on stable storage before it counts as completed.")]
    public SwitchParameter Durable { get; set; }

    /// <summary>Time of arrival.</summary>
    [Parameter(HelpMessage = "Give files the time of arrival instead of the source's time.")]
    public SwitchParameter NoTimestamp { get; set; }

    /// <summary>Files at the same time.</summary>
    [Parameter(HelpMessage = "How many files are written at the same time.")]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 4;

    /// <summary>Sources of one file.</summary>
    [Parameter(HelpMessage = "From how many peers one large file may come at the same time.")]
    [ValidateRange(1, 16)]
    public int MaxSources { get; set; } = 4;

    /// <summary>Bytes per second.</summary>
    [Parameter(HelpMessage = "The most to receive, in bytes per second, for example 10MB.")]
    [ValidateRange(1, long.MaxValue)]
    public long? RateLimit { get; set; }
}
