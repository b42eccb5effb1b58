using System.Management.Automation;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shows who this home is; the identity is made at its first use.</summary>
[Cmdlet(VerbsCommon.Get, "PeerIdentity")]
[OutputType(typeof(PeerIdentity))]
public sealed class GetPeerIdentityCommand : PeerCommand
{
    private protected override void End() => WriteObject(Node.GetIdentity().ToOutput());
}
