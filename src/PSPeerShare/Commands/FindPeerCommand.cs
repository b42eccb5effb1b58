using System.Management.Automation;
using PSPeerShare.Core.Node;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shows who is there now, trusted or not; peers stream out as they answer.</summary>
[Cmdlet(VerbsCommon.Find, "Peer")]
[OutputType(typeof(Peer))]
public sealed class FindPeerCommand : PeerCommand
{
    /// <summary>The peers' names.</summary>
    [Parameter(Position = 0, HelpMessage = "The names of the peers. Wildcards are allowed. Everyone who is there unless given.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>How long to look.</summary>
    [Parameter(HelpMessage = "Seconds to look for peers.")]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 3;

    private protected override void End()
    {
        WildcardPattern[]? patterns = Name is null
            ? null
            : Array.ConvertAll(Name, static name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant));
        foreach (FoundPeer found in Pump.Pull(token => Node.FindPeersAsync(TimeSpan.FromSeconds(TimeoutSec), token)))
        {
            Peer peer = found.ToOutput();
            if (patterns is null || Array.Exists(patterns, pattern => pattern.IsMatch(peer.Name)))
            {
                WriteObject(peer);
            }
        }
    }
}
