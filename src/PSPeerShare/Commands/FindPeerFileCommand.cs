using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Core;
using PSPeerShare.Completion;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Errors;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Searches the shares of all known peers at once; files stream out as peers answer.</summary>
[Cmdlet(VerbsCommon.Find, "PeerFile", DefaultParameterSetName = PeerSet)]
[OutputType(typeof(PeerFile))]
public sealed class FindPeerFileCommand : PeerCommand
{
    private const string PeerSet = "Peer";
    private const string TicketSet = "Ticket";

    private readonly List<PeerArgument> peers = [];

    /// <summary>Wildcards on the file name.</summary>
    [Parameter(Position = 0, HelpMessage = "The names of the files. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Wildcards on the whole share path.</summary>
    [Parameter(HelpMessage = "The whole share paths of the files, as share/folder/name. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Whom to ask.</summary>
    [Parameter(
        ParameterSetName = PeerSet, ValueFromPipeline = true,
        HelpMessage = "The peers to ask: a name, a node id, host, host:port or an object that names a node. All known peers unless given.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public PeerArgument[]? Peer { get; set; }

    /// <summary>The ticket to use.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = TicketSet,
        HelpMessage = "Ask the issuer of this ticket, without trusting it: a ticket's text, a secure string or a file that holds it.")]
    [ValidateNotNull]
    public TicketArgument? Ticket { get; set; }

    /// <summary>Only this content.</summary>
    [Parameter(HelpMessage = "The BLAKE3 hash of the content, 64 hexadecimal digits as b3sum prints them.")]
    [ValidateNotNullOrEmpty]
    public string? Hash { get; set; }

    /// <summary>Smallest length.</summary>
    [Parameter(HelpMessage = "The smallest length in bytes, for example 1MB.")]
    [ValidateRange(0, long.MaxValue)]
    public long? MinimumLength { get; set; }

    /// <summary>Largest length.</summary>
    [Parameter(HelpMessage = "The largest length in bytes, for example 1GB.")]
    [ValidateRange(0, long.MaxValue)]
    public long? MaximumLength { get; set; }

    /// <summary>Changed at or after.</summary>
    [Parameter(HelpMessage = "Only files changed at or after this time.")]
    public DateTime? ModifiedAfter { get; set; }

    /// <summary>Changed at or before.</summary>
    [Parameter(HelpMessage = "Only files changed at or before this time.")]
    public DateTime? ModifiedBefore { get; set; }

    /// <summary>One object a content.</summary>
    [Parameter(HelpMessage = "Write one object for each content, with everyone who has it.")]
    public SwitchParameter Unique { get; set; }

    /// <summary>Ask nobody.</summary>
    [Parameter(
        ParameterSetName = PeerSet,
        HelpMessage = "Answer from what the peers have announced, without the network. AsOf says when that was last known to be true.")]
    public SwitchParameter Cached { get; set; }

    /// <summary>Ask the home's own node too.</summary>
    [Parameter(ParameterSetName = PeerSet, HelpMessage = "Also search what this home's own running server shares.")]
    public SwitchParameter IncludeSelf { get; set; }

    /// <summary>How long one peer may stay silent.</summary>
    [Parameter(HelpMessage = "Seconds that one peer may stay silent.")]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 5;

    private protected override void Process() => peers.AddRange(Peer ?? []);

    private protected override void End()
    {
        PeerTarget[] targets = [.. PeerTargets.Resolve(Node, peers, WriteError)];
        if (peers.Count > 0 && targets.Length == 0)
        {
            return;
        }

        if (MinimumLength > MaximumLength)
        {
            throw new PSArgumentException("-MinimumLength is above -MaximumLength.", nameof(MinimumLength));
        }

        if (Name.Any(static name => name.Contains('/', StringComparison.Ordinal)))
        {
            WriteWarning("-Name is compared with the file's name alone, which has no '/'; -Path is compared with share/folder/name.");
        }

        WarnOfNobodyToAsk();
        FindOptions options = Options(targets);
        UniqueFiles unique = new();
        foreach (SearchResult result in Pump.Pull(token => Find(options, token)))
        {
            if (result.Failure is { Error: PeerError.EntriesLeftOut })
            {
                // What was asked for may well be among what is there.
                WriteWarning(ErrorRecords.Create(result.Failure).ErrorDetails.Message);
            }
            else if (result.Failure is not null)
            {
                WriteError(ErrorRecords.Create(result.Failure));
            }
            else if (result.File?.ToOutput() is { } file && !(Unique && unique.Add(file)))
            {
                WriteObject(file);
            }

            if (result.File is { } seen)
            {
                SeenPaths.Note(seen.NodeId.ToString(), seen.SharePath);
            }
        }

        WriteObject(unique.All(), enumerateCollection: true);
    }

    // Nothing was found, and nothing was looked through: those are two things.
    private void WarnOfNobodyToAsk()
    {
        if (Ticket is not null || peers.Count > 0 || IncludeSelf)
        {
            return;
        }

        if (Node.GetPeers().Count == 0)
        {
            WriteWarning("There is no peer to ask. Add-Peer trusts one, by a ticket or a code that New-PeerTicket made on the other machine; Find-Peer shows who is on this network.");
        }
        else if (Cached && !Node.HasStoredCatalogs)
        {
            WriteWarning("No peer's catalog is stored yet. A server that runs here (Start-PeerServer) stores them once it is connected with the peers; without -Cached the peers themselves are asked.");
        }
    }

    private IAsyncEnumerable<SearchResult> Find(FindOptions options, CancellationToken token) =>
        Ticket is null ? Node.FindFilesAsync(options, token) : Node.FindFilesByTicketAsync(Ticket.Text, options, token);

    private FindOptions Options(PeerTarget[] targets) => new()
    {
        Names = Name,
        Paths = Path,
        Peers = targets,
        Hash = Hash is null ? null : Hashes.Parse(Hash),
        WithHashes = Unique,
        MinimumLength = MinimumLength,
        MaximumLength = MaximumLength,
        ModifiedAfter = ToInstant(ModifiedAfter),
        ModifiedBefore = ToInstant(ModifiedBefore),
        IncludeSelf = IncludeSelf,
        Stored = Cached ? StoredAnswers.Only : StoredAnswers.WhenOffline,
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
        OnStep = OnStep,
    };

    // A time without a zone is local, as everywhere in PowerShell.
    private static DateTimeOffset? ToInstant(DateTime? time) =>
        time is null ? null : new DateTimeOffset(time.Value.ToUniversalTime());
}
