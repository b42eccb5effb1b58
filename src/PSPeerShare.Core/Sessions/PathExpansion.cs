using System.Runtime.CompilerServices;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// The files that a path at a peer means. As with local paths, a wildcard stays within its segment, and folders that
/// it matches are gone into only when told to.
/// </summary>
internal static class PathExpansion
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>Lists the files, as the peer sends them.</summary>
    /// <param name="session">The peer.</param>
    /// <param name="path">The path there.</param>
    /// <param name="recurse">Whether to go into folders.</param>
    /// <param name="withHashes">Whether the hashes that the peer knows are wanted of small files as well.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> for a missing path or, without
    /// <paramref name="recurse"/>, a folder; <see cref="PeerError.NoMatch"/> for a wildcard without a match.</exception>
    public static async IAsyncEnumerable<RemoteFile> ExpandAsync(
        PeerSession session, string path, bool recurse, bool withHashes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] segments = Split(path);
        int literals = segments.TakeWhile(s => Wildcard.Literal(s) is not null).Count();
        bool isLiteral = literals == segments.Length;
        WirePath? folder = FolderOf(path, segments[..literals]);
        Wildcard[] patterns = [.. segments.Select(Wildcard.Parse)];
        EntryFilter? filter = isLiteral ? null : FilterOf(segments, recurse);
        if (withHashes)
        {
            filter ??= new EntryFilter();
            filter.WantHash = true;
        }

        bool isDeep = recurse || segments.Length - literals > 1;

        bool isAny = false;
        bool isFolder = false;
        PeerShareException? leftOut = null;
        PeerShareException? missing = null;
        await using IAsyncEnumerator<Listed> entries =
            session.BrowseAsync(folder, isDeep, filter, Silence, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync())
        {
            Listed entry = entries.Current;
            if (isLiteral && !recurse && !entry.Name.Equals(folder))
            {
                isFolder = true;
                break;
            }

            if (!entry.IsFolder && Matches(patterns, entry.Name, recurse))
            {
                isAny = true;
                yield return entry.ToRemoteFile(session, isNow: true);
            }
        }

        if (!isAny)
        {
            string? hint = isFolder ? null : await PathHint.FindAsync(session, path, segments, cancellationToken);
            if (missing is not null)
            {
                throw new PeerShareException(missing.Error, missing.Target, hint ?? missing.Detail, missing);
            }

            throw (isLiteral, recurse) switch
            {
                (true, false) => new PeerShareException(isFolder ? PeerError.PathIsFolder : PeerError.FileNotFound, path, hint ?? Unseen()),
                _ => new PeerShareException(PeerError.NoMatch, path, hint ?? Unseen()),
            };
        }

        if (leftOut is not null)
        {
            throw leftOut;
        }

        // That something was left out is the last word on what came, and none on what is not there.
        async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                return await entries.MoveNextAsync();
            }
            catch (PeerShareException e) when (e.Error == PeerError.EntriesLeftOut)
            {
                leftOut = e;
                return false;
            }
            catch (PeerShareException e) when (e.Error == PeerError.FileNotFound)
            {
                missing = e;
                return false;
            }
        }

        string? Unseen() => leftOut is null ? null : "some files or folders there cannot be shown";
    }

    /// <summary>Where the structure that is kept begins: the deepest folder without a wildcard.</summary>
    public static int LeadingSegments(string path, bool recurse)
    {
        string[] segments = Split(path);
        int literals = segments.TakeWhile(s => Wildcard.Literal(s) is not null).Count();
        return literals == segments.Length && !recurse ? literals - 1 : literals;
    }

    // On Windows people type backslashes; elsewhere a backslash may be part of a name.
    private static string[] Split(string path) =>
        (OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path).Trim('/').Split('/');

    /// <summary>Whether a path has wildcards.</summary>
    public static bool HasWildcard(string path) => Array.Exists(Split(path), s => Wildcard.Literal(s) is null);

    private static WirePath? FolderOf(string path, string[] literals)
    {
        if (literals.Length == 0)
        {
            return null;
        }

        return WirePath.TryCreate([.. literals.Select(s => Wildcard.Literal(s)!)], out WirePath? folder, out WireNameFault fault)
            ? folder
            : throw new PeerShareException(PeerError.FileNotFound, path, WirePath.Explain(fault));
    }

    // The peer's filter lets a wildcard cross folders, so it sends a little more than what matches here.
    private static EntryFilter FilterOf(string[] segments, bool recurse)
    {
        string pattern = string.Join('/', segments);
        EntryFilter filter = new();
        filter.Paths.Add(pattern);
        if (recurse)
        {
            filter.Paths.Add(pattern + "/*");
        }

        return filter;
    }

    private static bool Matches(Wildcard[] patterns, WirePath name, bool recurse)
    {
        if (name.Count < patterns.Length || (name.Count > patterns.Length && !recurse))
        {
            return false;
        }

        for (int i = 0; i < patterns.Length; i++)
        {
            if (!patterns[i].IsMatch(name.Segments[i]))
            {
                return false;
            }
        }

        return true;
    }
}
