using System.Management.Automation;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;
using CoreRights = PSPeerShare.Core.Trust.PeerRights;
using PeerChange = PSPeerShare.Core.Trust.PeerChange;
using PeerInfo = PSPeerShare.Core.Trust.PeerInfo;

namespace PSPeerShare.Commands;

/// <summary>Changes an entry of the peer book; what is not given stays.</summary>
[Cmdlet(VerbsCommon.Set, "Peer", DefaultParameterSetName = NameSet, SupportsShouldProcess = true)]
[OutputType(typeof(Peer))]
public sealed class SetPeerCommand : KnownPeerCommand
{
    /// <summary>The new name.</summary>
    [Parameter(HelpMessage = "The peer's new name in the peer book.")]
    [ValidateNotNullOrEmpty]
    public string? NewName { get; set; }

    /// <summary>The new addresses.</summary>
    [Parameter(HelpMessage = "Where the peer listens, as host or host:port. Replaces what is known.")]
    [ValidateNotNullOrEmpty]
    public string[]? Address { get; set; }

    /// <summary>What the peer may do here.</summary>
    [Parameter(HelpMessage = "What the peer may do here: Browse, Read, Write. Replaces what it may do now.")]
    public PeerRights Allow { get; set; }

    /// <summary>Bytes per second to the peer.</summary>
    [Parameter(HelpMessage = "The most to send to the peer, in bytes per second, for example 10MB. 0 removes the limit.")]
    [ValidateRange(0, long.MaxValue)]
    public long? RateLimit { get; set; }

    private protected override string Action => "Change the peer";

    private protected override void Act(PeerInfo peer)
    {
        bool hasRights = MyInvocation.BoundParameters.ContainsKey(nameof(Allow));
        var change = new PeerChange
        {
            Name = NewName,
            Addresses = Address,
            Allow = hasRights ? (CoreRights)(int)Allow : null,
            RateLimit = RateLimit,
        };
        Peer changed = Pump.Await(Node.SetPeerAsync(peer.NodeId, change, Pump.Token)).ToOutput();
        if (NewName is not null && !string.Equals(changed.Name, NewName, StringComparison.Ordinal))
        {
            WriteWarning(Core.Diagnostics.Printable.Escape($"Another peer is named '{NewName}'; this one is called '{changed.Name}'."));
        }

        if (hasRights && peer.Grants.Count > 0)
        {
            string places = string.Join(", ", peer.Grants.Select(static g => string.IsNullOrEmpty(g.Path) ? g.Share : $"{g.Share}/{g.Path}"));
            WriteWarning(Core.Diagnostics.Printable.Escape(
                $"'{changed.Name}' was limited to {places}; it may now {Allow} in every share that is not limited to other peers."));
        }

        WriteObject(changed);
    }
}
