using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Completion;
using PSPeerShare.Core.Trust;
using PSPeerShare.Output;

namespace PSPeerShare.Pipeline;

/// <summary>A command that acts on entries of the peer book, chosen by name, by node id or from the pipeline.</summary>
public abstract class KnownPeerCommand : PeerCommand
{
    private protected const string NameSet = "Name";
    private protected const string NodeIdSet = "NodeId";
    private protected const string InputObjectSet = "InputObject";

    private protected KnownPeerCommand()
    {
    }

    /// <summary>The peers' names.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = NameSet,
        HelpMessage = "The names of the peers. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The peers' node ids.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = NodeIdSet,
        HelpMessage = "The full node ids of the peers.")]
    [ValidateNotNullOrEmpty]
    public string[]? NodeId { get; set; }

    /// <summary>The peers.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "Peers as Get-Peer writes them.")]
    [ValidateNotNullOrEmpty]
    public Peer[]? InputObject { get; set; }

    /// <summary>What is about to happen to a peer, for -WhatIf and -Confirm.</summary>
    private protected abstract string Action { get; }

    /// <summary>Acts on one peer.</summary>
    private protected abstract void Act(PeerInfo peer);

    private protected override void Process()
    {
        string[]? ids = InputObject is null ? NodeId : Array.ConvertAll(InputObject, static peer => peer.NodeId);
        foreach (PeerInfo peer in PeerSelection.Of(Node, Name, ids, WriteError))
        {
            if (ShouldProcess(peer.Name, Action))
            {
                Try(peer.Name, () => Act(peer));
            }
        }
    }
}
