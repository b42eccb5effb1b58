using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Ends the sharing of folders or files; the files themselves stay.</summary>
[Cmdlet(VerbsCommon.Remove, "PeerShare", SupportsShouldProcess = true)]
public sealed class RemovePeerShareCommand : PeerCommand
{
    /// <summary>The shares' names.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The names of the shares to end. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ShareCompleter))]
    public string[] Name { get; set; } = [];

    private protected override void Process() => Try(null, Remove);

    private void Remove()
    {
        IReadOnlyList<ShareInfo> shares = Pump.Await(Node.GetSharesAsync(Pump.Token));
        foreach (ShareInfo share in NameMatch.Select(
            shares, Name, static share => share.Name, PeerError.ShareNotFound, WriteError))
        {
            if (ShouldProcess($"{share.Name} ({share.Path})", "End sharing"))
            {
                Try(share.Name, () => Pump.Await(Node.RemoveShareAsync(share.Name, Pump.Token)));
            }
        }
    }
}
