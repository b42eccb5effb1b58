using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// What somebody may have meant by a path that leads to nothing at a peer: other case, backslashes, brackets that are no
/// wildcard, or no share at its beginning. It looks only at what the peer shows anyway, and only after a failure.
/// </summary>
internal static class PathHint
{
    private const int MostLooked = 1000;
    private const int MostShares = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A hint for the user, or <see langword="null"/>.</summary>
    /// <param name="session">The peer.</param>
    /// <param name="path">The path as a pattern.</param>
    /// <param name="segments">Its parts.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    public static async Task<string?> FindAsync(PeerSession session, string path, string[] segments, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await LookAsync(session, path, segments, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (PeerShareException)
        {
            // The failure itself is what counts.
            return null;
        }
    }

    private static async Task<string?> LookAsync(PeerSession session, string path, string[] segments, CancellationToken cancellationToken)
    {
        if (path.Contains('\\', StringComparison.Ordinal))
        {
            string[] parts = path.Replace('\\', '/').Trim('/').Split('/');
            return await NearestAsync(session, parts, cancellationToken) is { } meant && meant.Count == parts.Length
                ? $"Did you mean '{meant.ToPrintable()}'? A peer's folders are divided by '/'"
                : "a peer's folders are divided by '/', not by '\\'";
        }

        // As they were typed: as a pattern they have matched nothing.
        WirePath? nearest = await NearestAsync(session, segments, cancellationToken);
        if (path.Contains('[', StringComparison.Ordinal) && nearest?.Count == segments.Length)
        {
            return $"Did you mean -LiteralPath '{nearest.ToPrintable()}'? Brackets are wildcards in -Path";
        }

        string[] plain = [.. segments.Select(s => Wildcard.Literal(s)).TakeWhile(s => s is not null).Select(s => s!)];
        nearest = await NearestAsync(session, plain, cancellationToken);
        if (nearest is null && plain.Length > 0)
        {
            return await SharesAsync(session, plain[0], cancellationToken);
        }

        return nearest?.Count == plain.Length && !nearest.Segments.SequenceEqual(plain, StringComparer.Ordinal)
            ? $"Did you mean '{string.Join('/', [nearest.ToPrintable(), .. segments[plain.Length..]])}'? Case matters"
            : null;
    }

    /// <summary>The longest beginning of a path that is there, in the peer's own case where only one name differs by that alone.</summary>
    private static async Task<WirePath?> NearestAsync(PeerSession session, string[] segments, CancellationToken cancellationToken)
    {
        WirePath? nearest = null;
        foreach (string segment in segments)
        {
            if (await NameLikeAsync(session, nearest, segment, cancellationToken) is not { } name)
            {
                break;
            }

            nearest = name;
        }

        return nearest;
    }

    private static async Task<WirePath?> NameLikeAsync(PeerSession session, WirePath? folder, string segment, CancellationToken cancellationToken)
    {
        EntryFilter filter = new();
        filter.Paths.Add(Wildcard.Escape(folder is null ? segment : $"{folder}/{segment}"));
        List<WirePath> alike = [.. (await ListAsync(session, folder, filter, cancellationToken))
            .Where(name => string.Equals(name.Name, segment, StringComparison.OrdinalIgnoreCase))];
        return alike.Find(name => name.Name == segment) ?? (alike is [WirePath only] ? only : null);
    }

    private static async Task<string?> SharesAsync(PeerSession session, string first, CancellationToken cancellationToken)
    {
        List<WirePath> shares = await ListAsync(session, null, null, cancellationToken);
        string shown = string.Join(", ", shares.Take(MostShares).Select(share => share.ToPrintable())) + (shares.Count > MostShares ? ", ..." : "");
        return shares.Count == 0
            ? $"{session.PeerName} shows this node no share"
            : $"a path begins with a share, and '{Printable.Escape(first)}' is none; {session.PeerName} shows {shown}";
    }

    private static async Task<List<WirePath>> ListAsync(
        PeerSession session, WirePath? folder, EntryFilter? filter, CancellationToken cancellationToken)
    {
        List<WirePath> names = [];
        try
        {
            await foreach (Listed entry in session.BrowseAsync(folder, recurse: false, filter, Patience, cancellationToken))
            {
                if (entry.Name.Count == (folder?.Count ?? 0) + 1)
                {
                    names.Add(entry.Name);
                }

                if (names.Count == MostLooked)
                {
                    break;
                }
            }
        }
        catch (PeerShareException e) when (e.Error is PeerError.EntriesLeftOut or PeerError.FileNotFound)
        {
            // What is there has come.
        }

        return names;
    }
}
