using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Trust;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shows what this home shares.</summary>
[Cmdlet(VerbsCommon.Get, "PeerShare")]
[OutputType(typeof(PeerShare))]
public sealed class GetPeerShareCommand : PeerCommand
{
    /// <summary>The shares' names.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The names of the shares. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ShareCompleter))]
    public string[]? Name { get; set; }

    private protected override void Process() => Try(null, Show);

    private void Show()
    {
        IReadOnlyList<ShareInfo> shares = Pump.Await(Node.GetSharesAsync(Pump.Token));
        IReadOnlyList<PeerInfo> book = Node.GetPeers();
        foreach (ShareInfo share in NameMatch.Select(
            shares, Name, static share => share.Name, PeerError.ShareNotFound, WriteError))
        {
            WriteObject(share.ToOutput(book));
        }
    }
}
