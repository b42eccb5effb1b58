using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Output;
using PSPeerShare.Remoting;
using CoreRights = PSPeerShare.Core.Trust.PeerRights;

namespace PSPeerShare.Commands;

// Trust over PowerShell sessions that exist: the ids cross a channel that the administrator trusts already.
public sealed partial class AddPeerCommand
{
    private const PeerRights RightsThere = PeerRights.Browse | PeerRights.Read;

    private void AddSessions()
    {
        RemoteNode[] nodes = [.. Session.Select(static session => new RemoteNode(session))];

        // All at once: each answer takes as long as its network and its start of the module.
        Task<RemoteIdentity>[] asked = [.. nodes.Select(node => Task.Run(node.Identify))];
        for (int i = 0; i < nodes.Length; i++)
        {
            RemoteNode node = nodes[i];
            Task<RemoteIdentity> identity = asked[i];
            Try(node.Computer, () => AddBothWays(node, Pump.Await(identity)));
        }
    }

    private void AddBothWays(RemoteNode node, RemoteIdentity identity)
    {
        Core.Identity.NodeId id = Core.Identity.NodeId.Parse(identity.NodeId);
        IdentityInfo own = Node.GetIdentity();
        if (id == own.NodeId)
        {
            throw new PeerShareException(PeerError.PeerIsSelf, identity.NodeId);
        }

        string target = Core.Diagnostics.Printable.Escape($"{Name ?? identity.Name} {identity.NodeId} at {node.Computer}");
        if (!ShouldProcess(target, $"Trust and allow {Allow}, and have it trust {own.NodeId} and allow {RightsThere}"))
        {
            return;
        }

        (string ownName, IReadOnlyList<string> ownAddresses) = Node.GetIntroduction();
        bool isNewThere = Pump.Await(Task.Run(() => node.TrustNode(own.NodeId.ToString(), ownName, ownAddresses, RightsThere)));
        try
        {
            Write(Pump.Await(Node.AddPeerMutuallyAsync(id, identity.Name, OptionsFor(identity), Pump.Token)));
        }
        catch (PeerShareException) when (isNewThere)
        {
            // Trust by one side only helps nobody.
            Pump.Await(Task.Run(() => node.ForgetNode(own.NodeId.ToString())));
            throw;
        }
    }

    private AddPeerOptions OptionsFor(RemoteIdentity identity) => new()
    {
        Name = Name,
        Addresses = [.. Address, identity.Address],
        Allow = (CoreRights)(int)Allow,
        RateLimit = RateLimit,
    };
}
