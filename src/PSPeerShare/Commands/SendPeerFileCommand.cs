using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Puts files into the inboxes of peers that allow it.</summary>
[Cmdlet(VerbsCommunications.Send, "PeerFile", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(PeerTransfer))]
public sealed partial class SendPeerFileCommand : PeerCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private PeerTarget[] targets = [];
    private string folder = "";
    private TransferRun<LocalFile>? run;

    /// <summary>Files or folders; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true,
        HelpMessage = "Files to send, or folders with -Recurse. Wildcards are allowed.")]
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = CodeSet, ValueFromPipeline = true,
        HelpMessage = "Files to send, or folders with -Recurse. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files or folders, taken as they are.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "Files to send, or folders with -Recurse, without wildcards.")]
    [Parameter(
        Mandatory = true, ParameterSetName = CodeLiteralPathSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "Files to send, or folders with -Recurse, without wildcards.")]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Who receives them.</summary>
    [Parameter(
        Mandatory = true, Position = 1, ParameterSetName = PathSet,
        HelpMessage = "The peers that receive the files: a name, a node id, host, host:port or an object that names a node.")]
    [Parameter(
        Mandatory = true, Position = 1, ParameterSetName = LiteralPathSet,
        HelpMessage = "The peers that receive the files: a name, a node id, host, host:port or an object that names a node.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public PeerArgument[] Peer { get; set; } = [];

    /// <summary>Everything below folders.</summary>
    [Parameter(HelpMessage = "Send folders with everything below them.")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>A folder in the inbox.</summary>
    [Parameter(ParameterSetName = PathSet, HelpMessage = "A folder inside this node's folder of each inbox, as reports/2026. It is created.")]
    [Parameter(ParameterSetName = LiteralPathSet, HelpMessage = "A folder inside this node's folder of each inbox, as reports/2026. It is created.")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>How long to try to reach a peer.</summary>
    [Parameter(ParameterSetName = PathSet, HelpMessage = "Seconds to try to reach a peer.")]
    [Parameter(ParameterSetName = LiteralPathSet, HelpMessage = "Seconds to try to reach a peer.")]
    [ValidateRange(1, 86400)]
    public int TimeoutSec { get; set; } = 30;

    /// <summary>Peers at the same time.</summary>
    [Parameter(ParameterSetName = PathSet, HelpMessage = "How many peers are served at the same time.")]
    [Parameter(ParameterSetName = LiteralPathSet, HelpMessage = "How many peers are served at the same time.")]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 4;

    /// <summary>Bytes per second.</summary>
    [Parameter(ParameterSetName = PathSet, HelpMessage = "The most to send to all peers together, in bytes per second, for example 10MB.")]
    [Parameter(ParameterSetName = LiteralPathSet, HelpMessage = "The most to send to all peers together, in bytes per second, for example 10MB.")]
    [ValidateRange(1, long.MaxValue)]
    public long? RateLimit { get; set; }

    private protected override void Begin()
    {
        if (IsHandOver)
        {
            return;
        }

        folder = PushOptions.ParseDestination(Destination ?? "");
        targets = [.. PeerTargets.Resolve(Node, Peer, WriteError)];
    }

    private protected override void Process()
    {
        if (IsHandOver)
        {
            Gather();
            return;
        }

        if (targets.Length == 0)
        {
            return;
        }

        foreach (string path in LocalPaths.Resolve(this, LiteralPath ?? Path, LiteralPath is not null, WriteError))
        {
            Try(path, () => AddPath(path));
        }
    }

    private protected override void End()
    {
        if (IsHandOver)
        {
            HandOver();
        }

        run?.Finish();
        run = null;
    }

    private protected override void CleanUp()
    {
        run?.Close();
        run = null;
    }

    private void AddPath(string path)
    {
        if (!Recurse && Directory.Exists(path))
        {
            throw new PeerShareException(PeerError.PathIsFolder, path);
        }

        foreach (LocalFile file in PeerNode.ExpandLocal(path, Recurse))
        {
            Add(file);
        }
    }

    private void Add(LocalFile file)
    {
        string receivers = string.Join(", ", targets.Select(static target => target.Text));
        if (ShouldProcess(file.FullPath, $"Send {HumanSize.Bytes(file.Length)} to {receivers}"))
        {
            run ??= new TransferRun<LocalFile>(this, Pump, Node.BeginPush(Options()), "Sending files");
            run.Add(file, 0);
        }
        else
        {
            run?.Drain();
        }
    }

    private PushOptions Options() => new()
    {
        Peers = targets,
        Destination = folder,
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
        ThrottleLimit = ThrottleLimit,
        RateLimit = RateLimit,
        OnStep = OnStep,
    };
}
