using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shares folders or files whenever the home's node runs.</summary>
[Cmdlet(VerbsCommon.Add, "PeerShare", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(PeerShare))]
public sealed class AddPeerShareCommand : PeerCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>Folders or files to share; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true,
        HelpMessage = "Folders or files to share. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Folders or files to share, taken as they are.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "Folders or files to share, without wildcards.")]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The share's name.</summary>
    [Parameter(Position = 1, HelpMessage = "The share's name. The folder's or file's own name unless given.")]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Who may see it.</summary>
    [Parameter(HelpMessage = "The peers that may see the share. Every trusted peer unless given.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public PeerArgument[]? Peer { get; set; }

    /// <summary>What is left out.</summary>
    [Parameter(HelpMessage = "Wildcards on the names of files and folders that are not shared, for example *.tmp.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Exclude { get; set; } = [];

    private protected override void Process()
    {
        foreach (string path in LocalPaths.Resolve(this, LiteralPath ?? Path, LiteralPath is not null, WriteError))
        {
            Try(path, () => Add(path));
        }
    }

    private void Add(string path)
    {
        var options = new ShareOptions { Path = path, Name = Name, Peers = ResolveIds(), Exclude = Exclude };
        if (ShouldProcess(path, "Share with peers"))
        {
            WriteObject(Pump.Await(Node.AddShareAsync(options, Pump.Token)).ToOutput(Node.GetPeers()));
        }
    }

    private NodeId[]? ResolveIds() => Peer is null
        ? null
        : Array.ConvertAll(Peer, peer => Node.ResolvePeer(peer.Text).NodeId
            ?? throw new PeerShareException(PeerError.PeerNotFound, peer.Name));
}
