using System.Management.Automation;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Replaces this home's identity: every peer has to trust it anew.</summary>
[Cmdlet(VerbsCommon.New, "PeerIdentity", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PeerIdentity))]
public sealed class NewPeerIdentityCommand : PeerCommand
{
    /// <summary>Do not ask.</summary>
    [Parameter(HelpMessage = "Replace the identity without asking.")]
    public SwitchParameter Force { get; set; }

    // -Force answers the question in advance; -WhatIf and an explicit -Confirm still count.
    private bool IsAnswered =>
        Force
        && !MyInvocation.BoundParameters.ContainsKey("Confirm")
        && !MyInvocation.BoundParameters.ContainsKey("WhatIf")
        && !(GetVariableValue("WhatIfPreference") is true or SwitchParameter { IsPresent: true });

    private protected override void End()
    {
        if (IsAnswered || ShouldProcess(Node.Home, "Replace the identity; every peer has to trust the new one"))
        {
            WriteObject(Node.RenewIdentity().ToOutput());
        }
    }
}
