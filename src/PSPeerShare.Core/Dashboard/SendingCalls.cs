using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Begins fetches and pushes. Names here come from the page's user; those of peers are checked where they land.</summary>
internal sealed class SendingCalls(IDashboardNode node, FolderRoots roots, UploadDesk uploads, TransferLedger ledger)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("POST", "fetch", FetchAsync),
        new("POST", "send", SendAsync),
        new("POST", "uploads", UploadAsync),

        // A browser that is refused in the midst of a body shows a broken line and not the reason, so pages ask before.
        new("GET", "uploads", (call, _) => call.AnswerAsync(new { free = uploads.FreeBytes })),
        new("DELETE", "uploads/*", DiscardAsync),
    ];

    private async Task FetchAsync(ApiCall call, CancellationToken cancellationToken)
    {
        FetchOrder asked = await call.ReadAsync<FetchOrder>(DashboardLimits.ListBytes);
        CheckCount(asked.Files.Length);
        RemoteFile[] files = [.. asked.Files.Select(f => f.ToFile(node))];
        FolderRoot root = await roots.FindAsync(asked.Root, cancellationToken);
        string destination = FolderRoots.Made(root, FolderRoots.Segments(asked.Path));
        TransferJob<RemoteFile> job = node.BeginFetch(new FetchOptions
        {
            Destination = destination,
            NewName = asked.Existing == ExistingFile.Rename,
            Flatten = asked.Flatten,
        });
        ledger.Run(job, TransferDirection.Receive, [], files, leadingSegments: 1);
        await call.AnswerAsync(new { files = files.Length, destination }, 202);
    }

    private async Task SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        SendOrder asked = await call.ReadAsync<SendOrder>(DashboardLimits.ListBytes);
        LocalChoice[] chosen = asked.Files ?? [];
        string[] dropped = asked.Uploads ?? [];
        CheckCount(chosen.Length + dropped.Length);
        if (asked.Peers.Length == 0)
        {
            throw ApiFaultException.Invalid("To whom?");
        }

        PeerTarget[] peers = [.. asked.Peers.Distinct(StringComparer.Ordinal).Select(TargetOf)];
        List<string> paths = [];
        foreach (LocalChoice choice in chosen)
        {
            FolderRoot root = await roots.FindAsync(choice.Root, cancellationToken);
            paths.Add(FolderRoots.Existing(root, FolderRoots.Segments(choice.Path)).Path);
        }

        PushOptions options = new() { Peers = peers, Destination = PushOptions.ParseDestination(asked.Destination ?? "") };
        LocalFile[] uploaded = [.. dropped.Select(uploads.Claim)];
        IEnumerable<LocalFile> files = uploaded.Concat(paths.SelectMany(path => LocalFile.Below(path, recurse: true)));
        string[] receivers = [.. peers.Select(p => p.Text)];
        string job = ledger.Run(
            node.BeginPush(options), TransferDirection.Send, receivers, files, leadingSegments: 0, () => Array.ForEach(dropped, uploads.Delete));
        await call.AnswerAsync(new { job, chosen = paths.Count + uploaded.Length, peers = peers.Length }, 202);
    }

    private async Task UploadAsync(ApiCall call, CancellationToken cancellationToken)
    {
        string name = call.Query("name") ?? throw ApiFaultException.Invalid("Under which name?");
        await call.AnswerAsync(new { id = await uploads.TakeAsync(call, name) }, 201);
    }

    private Task DiscardAsync(ApiCall call, CancellationToken cancellationToken)
    {
        uploads.Discard(call.Parameters[0]);
        return call.AnswerAsync(new { });
    }

    private PeerTarget TargetOf(string id)
    {
        PeerInfo peer = PeerCalls.Find(node, id);
        return new PeerTarget(peer.Name, peer.NodeId, peer.Addresses);
    }

    private static void CheckCount(int count)
    {
        if (count is 0 or > DashboardLimits.FilesPerCall)
        {
            throw ApiFaultException.Invalid($"A call names 1 to {DashboardLimits.FilesPerCall} files.");
        }
    }

    private enum ExistingFile
    {
        Keep = 0,
        Rename = 1,
    }

    private sealed record FetchOrder(FileView[] Files, string Root, string? Path = null, ExistingFile Existing = ExistingFile.Keep, bool Flatten = false);

    private sealed record LocalChoice(string Root, string Path);

    private sealed record SendOrder(string[] Peers, LocalChoice[]? Files = null, string[]? Uploads = null, string? Destination = null);
}
