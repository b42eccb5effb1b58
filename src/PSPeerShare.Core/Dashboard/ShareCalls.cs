using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>What is shared. New shares come from the folders that the picker shows.</summary>
internal sealed class ShareCalls(IDashboardNode node, FolderRoots roots)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "shares", async (call, stop) => await call.AnswerAsync(new { shares = await ShareView.ListAsync(node, stop) })),
        new("POST", "shares", AddAsync),
        new("DELETE", "shares", RemoveAsync),
    ];

    private async Task AddAsync(ApiCall call, CancellationToken cancellationToken)
    {
        NewShare asked = await call.ReadAsync<NewShare>(DashboardLimits.BodyBytes);
        FolderRoot root = await roots.FindAsync(asked.Root, cancellationToken);
        (string path, _) = FolderRoots.Existing(root, FolderRoots.Segments(asked.Path));
        ShareInfo share = await node.AddShareAsync(
            new ShareOptions
            {
                Path = path,
                Name = string.IsNullOrEmpty(asked.Name) ? null : asked.Name,
                Peers = asked.Peers is { Length: > 0 } ? [.. asked.Peers.Select(p => PeerCalls.Find(node, p).NodeId)] : null,
            },
            cancellationToken);
        await call.AnswerAsync(new { share = ShareView.Of(share, node.GetPeers()) }, 201);
    }

    private async Task RemoveAsync(ApiCall call, CancellationToken cancellationToken)
    {
        string name = call.Query("name") ?? throw ApiFaultException.Invalid("Which share?");
        await node.RemoveShareAsync(name, cancellationToken);
        await call.AnswerAsync(new { });
    }

    private sealed record NewShare(string Root, string? Path = null, string? Name = null, string[]? Peers = null);
}

/// <summary>A share, as the page shows it.</summary>
internal sealed record ShareView(
    string Name, string Path, IReadOnlyList<string>? Peers, IReadOnlyList<string> Exclude, bool IsPersistent, bool IsSingleFile, string? Problem,
    long? Entries, long? Unhashed)
{
    public static async Task<IReadOnlyList<ShareView>> ListAsync(IDashboardNode node, CancellationToken cancellationToken) =>
        ListOf(node, await node.GetSharesAsync(cancellationToken));

    public static IReadOnlyList<ShareView> ListOf(IDashboardNode node, IReadOnlyList<ShareInfo> shares)
    {
        IReadOnlyList<PeerInfo> book = node.GetPeers();
        return [.. shares.Select(s => Of(s, book))];
    }

    public static ShareView Of(ShareInfo share, IReadOnlyList<PeerInfo> book) => new(
        share.Name,
        share.Path,
        share.Peers?.Select(id => book.FirstOrDefault(p => p.NodeId == id)?.Name ?? id.ShortId).ToArray(),
        share.Exclude,
        share.IsPersistent,
        share.IsSingleFile,
        share.Problem,
        share.Entries,
        share.Unhashed);
}
