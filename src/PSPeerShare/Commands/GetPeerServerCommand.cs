using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Shows this home's running node with its counters.</summary>
[Cmdlet(VerbsCommon.Get, "PeerServer")]
[OutputType(typeof(PeerServer))]
public sealed class GetPeerServerCommand : PeerCommand
{
    /// <summary>The node's name.</summary>
    [Parameter(Position = 0, HelpMessage = "The name of the server. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string? Name { get; set; }

    private protected override void End() => Try(Name, Show);

    private void Show()
    {
        ServerInfo? server = Pump.Await(Node.GetServerAsync(Pump.Token));
        if (server is not null && (Name is null || WildcardPattern.Get(Name, WildcardOptions.IgnoreCase).IsMatch(server.Name)))
        {
            WriteObject(server.ToOutput(Node.GetPeers()));
        }
        else if (Name is not null && !WildcardPattern.ContainsWildcardCharacters(Name))
        {
            throw new PeerShareException(PeerError.ServerNotRunning, Name);
        }
    }
}
