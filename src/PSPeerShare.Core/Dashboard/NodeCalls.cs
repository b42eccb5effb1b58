using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Dashboard;

/// <summary>The home and its running node.</summary>
internal sealed class NodeCalls(IDashboardNode node, FolderRoots roots, Func<PeerShareException, ApiFault> explain)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "node", async (call, stop) => await call.AnswerAsync(await NodeView.OfAsync(node, node.GetServerAsync, roots, explain, stop))),
    ];
}

/// <summary>The home and its running node, as the page shows them.</summary>
internal sealed record NodeView(
    string Name, string NodeId, string Home, bool IsRunning, string? Problem, int? Port, string? Inbox, long? Started,
    int Connections, int? ProcessId, string? LastError, IReadOnlyList<FolderRoot> Roots)
{
    public static async Task<NodeView> OfAsync(
        IDashboardNode node,
        Func<CancellationToken, Task<ServerInfo?>> look,
        FolderRoots roots,
        Func<PeerShareException, ApiFault> explain,
        CancellationToken cancellationToken)
    {
        IdentityInfo identity = node.GetIdentity();
        try
        {
            ServerInfo? server = await look(cancellationToken);
            return new NodeView(
                server?.Name ?? identity.Name, identity.NodeId.ToString(), identity.Home, server is { State: ServerState.Running }, null, server?.Port,
                server?.Inbox, server?.StartTime.ToUnixTimeMilliseconds(), server?.Connections ?? 0, server?.ProcessId, server?.LastError,
                await roots.ListAsync(server, cancellationToken));
        }
        catch (PeerShareException e)
        {
            return new NodeView(
                identity.Name, identity.NodeId.ToString(), identity.Home, false, explain(e).Message, null, null, null, 0, null, null, []);
        }
    }
}
