using System.Security.Cryptography;
using System.Text;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Dashboard;

/// <summary>A folder below which the page may look and save.</summary>
/// <param name="Id">Names it in calls.</param>
/// <param name="Name">What the user reads.</param>
/// <param name="Path">The full local path.</param>
internal sealed record FolderRoot(string Id, string Name, string Path);

/// <summary>
/// The folders that the file picker shows: those the user named, or else the inbox, the shares and the downloads.
/// Nothing else of the machine can be named by a call.
/// </summary>
internal sealed class FolderRoots(IDashboardNode node, IReadOnlyList<string> named)
{
    /// <summary>The folders as they are now; each path once.</summary>
    public async Task<IReadOnlyList<FolderRoot>> ListAsync(CancellationToken cancellationToken) =>
        await ListAsync(named.Count > 0 ? null : await node.GetServerAsync(cancellationToken), cancellationToken);

    /// <summary>The same, of a node whose state is known.</summary>
    public async Task<IReadOnlyList<FolderRoot>> ListAsync(ServerInfo? server, CancellationToken cancellationToken)
    {
        IEnumerable<string> paths = named.Count > 0 ? named : await UsualAsync(server, cancellationToken);
        return [.. paths.Distinct(StringComparer.Ordinal).Select(path => new FolderRoot(IdOf(path), LocalPath.NameOf(path), path))];
    }

    /// <summary>The folder of an id.</summary>
    /// <exception cref="ApiFaultException">It is none of the list.</exception>
    public async Task<FolderRoot> FindAsync(string id, CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken)).FirstOrDefault(root => root.Id == id)
        ?? throw new ApiFaultException(404, "FolderNotOffered", "The dashboard was not opened for this folder. Give it to Show-PeerDashboard with -Root.");

    /// <summary>The segments of a path below a folder; none for the folder itself.</summary>
    /// <exception cref="ApiFaultException">It would not lie below the folder.</exception>
    public static string[] Segments(string? path) =>
        string.IsNullOrEmpty(path) ? []
        : WirePath.TryParse(path, out WirePath? parsed, out string why) ? [.. parsed.Segments]
        : throw ApiFaultException.Invalid($"The path cannot be used: {why}");

    /// <summary>The full path of a file or folder that is there. Links are not followed; they count as missing.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/> and the errors of opening the folder.</exception>
    public static (string Path, bool IsFolder) Existing(FolderRoot root, string[] segments)
    {
        using SafeRoot opened = SafeRoot.Open(root.Path);
        string path = LocalPath.Below(root.Path, segments);
        return segments.Length == 0 ? (path, true)
            : opened.TryStat(segments, out EntryFacts facts) ? (path, facts.IsFolder)
            : throw new PeerShareException(PeerError.PathNotFound, opened.Show(segments));
    }

    /// <summary>The full path of a folder, which is made when missing.</summary>
    public static string Made(FolderRoot root, string[] segments)
    {
        using SafeRoot opened = SafeRoot.Open(root.Path, create: true);
        if (segments.Length > 0)
        {
            opened.EnsureFolder(segments);
        }

        return LocalPath.Below(root.Path, segments);
    }

    private async Task<List<string>> UsualAsync(ServerInfo? server, CancellationToken cancellationToken)
    {
        IReadOnlyList<ShareInfo> shares = server?.Shares ?? await node.GetSharesAsync(cancellationToken);
        List<string> usual = [];
        if (Downloads() is { } downloads)
        {
            usual.Add(downloads);
        }

        if (server?.Inbox is { } inbox)
        {
            usual.Add(inbox);
        }

        usual.AddRange(shares.Where(s => s is { IsSingleFile: false, Problem: null }).Select(s => s.Path));
        return usual;
    }

    private static string? Downloads()
    {
        string profile = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return profile.Length > 0 ? LocalPath.Below(profile, ["Downloads"]) : null;
    }

    // An index would mean another folder when a share comes or goes.
    private static string IdOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 8));
}
