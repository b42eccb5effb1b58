using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Dashboard;

/// <summary>What the file picker shows, and what arrived in the inbox.</summary>
internal sealed class FolderCalls(FolderRoots roots, IDashboardNode node)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "folders", async (call, stop) => await call.AnswerAsync(new { roots = await roots.ListAsync(stop) })),
        new("GET", "folders/*", ListAsync),
        new("GET", "inbox", InboxAsync),
    ];

    private async Task ListAsync(ApiCall call, CancellationToken cancellationToken)
    {
        FolderRoot root = await roots.FindAsync(call.Parameters[0], cancellationToken);
        string[] segments = FolderRoots.Segments(call.Query("path"));
        if (LocalPath.IsFile(root.Path) is null && segments.Length == 0)
        {
            // It is made when something is saved there.
            await call.AnswerAsync(new { path = segments, entries = Array.Empty<FolderItem>(), isCut = false, skipped = 0 });
            return;
        }

        using SafeRoot opened = SafeRoot.Open(root.Path);
        EntrySkips skips = new();
        List<FolderItem> entries = [.. opened.Enumerate(segments, recurse: false, skips)
            .Take(DashboardLimits.FolderEntries + 1)
            .Select(e => new FolderItem(e.Name, e.IsFolder, e.Length, FolderItem.Milliseconds(e.ModifiedUnixNs)))];
        bool isCut = entries.Count > DashboardLimits.FolderEntries;
        IEnumerable<FolderItem> sorted = entries.Take(DashboardLimits.FolderEntries)
            .OrderByDescending(e => e.IsFolder).ThenBy(e => e.Name, StringComparer.OrdinalIgnoreCase);
        await call.AnswerAsync(new { path = segments, entries = sorted, isCut, skipped = skips.Total });
    }

    private async Task InboxAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ServerInfo? server = await node.GetServerAsync(cancellationToken);
        if (server?.Inbox is not { } inbox)
        {
            await call.AnswerAsync(new { inbox = (string?)null, files = Array.Empty<InboxItem>(), isCut = false });
            return;
        }

        using SafeRoot opened = SafeRoot.Open(inbox, create: true);
        List<InboxItem> files = [.. opened.Enumerate([], recurse: true, new EntrySkips())
            .Take(DashboardLimits.InboxEntries)
            .Where(e => !e.IsFolder)
            .Select(e => new InboxItem(e.Name, e.Folder.FirstOrDefault() ?? "", string.Join('/', e.Folder.Skip(1)), e.Length, FolderItem.Milliseconds(e.ModifiedUnixNs)))];
        await call.AnswerAsync(new
        {
            inbox,
            files = files.OrderByDescending(f => f.Modified).Take(DashboardLimits.InboxShown),
            isCut = files.Count > DashboardLimits.InboxShown,
        });
    }
}

/// <summary>A file or folder of the picker.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">Milliseconds since 1970.</param>
internal sealed record FolderItem(string Name, bool IsFolder, long Length, long Modified)
{
    public static long Milliseconds(long unixNs) => unixNs / 1_000_000;
}

/// <summary>A file that a peer pushed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">The peer's folder of the inbox.</param>
/// <param name="Folder">The folders below it.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">Milliseconds since 1970.</param>
internal sealed record InboxItem(string Name, string From, string Folder, long Length, long Modified);
