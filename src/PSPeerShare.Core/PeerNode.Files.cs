using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core;

// Finding, fetching, sending.
public sealed partial class PeerNode
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(15);

    /// <summary>Asks peers for files, all at once, and streams what they answer.</summary>
    /// <remarks>A peer that fails is one <see cref="SearchResult.Failure"/>; the others are not delayed by it.</remarks>
    public IAsyncEnumerable<SearchResult> FindFilesAsync(FindOptions options, CancellationToken cancellationToken)
    {
        List<PeerTarget> peers = [.. options.Peers.Count > 0 ? options.Peers : KnownPeers()];
        PeerTarget? self = options.IncludeSelf && _control.FindReachable() is { } running
            ? new PeerTarget(running.Name, _services.Identity.Id, [running.Endpoint])
            : null;
        StoredSearch stored = new(_services.Catalogs);
        FileSearch asking = new(_services.Sessions, stored);
        if (options.Stored != StoredAnswers.Only)
        {
            return asking.FindAsync(options, self is null ? peers : [.. peers, self], cancellationToken);
        }

        // This home's own node is no network.
        IAsyncEnumerable<SearchResult> found = stored.FindAsync(options, peers, cancellationToken);
        return self is null ? found : asking.FindAsync(options, [self], cancellationToken).Concat(found);
    }

    /// <summary>The peer's files that a path means: one file, a wildcard's matches, or with <paramref name="recurse"/> all below a folder.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.NoMatch"/>, or why the peer
    /// cannot be reached.</exception>
    public IAsyncEnumerable<RemoteFile> ExpandAsync(PeerTarget peer, string path, bool recurse, CancellationToken cancellationToken) =>
        ExpandAsync(peer, path, recurse, withHashes: false, cancellationToken);

    /// <inheritdoc cref="ExpandAsync(PeerTarget, string, bool, CancellationToken)"/>
    /// <param name="peer">Whose files.</param>
    /// <param name="path">The path there.</param>
    /// <param name="recurse">Whether to go into folders.</param>
    /// <param name="withHashes">
    /// Whether the hashes that the peer knows are wanted of small files as well; where some of the files may be here
    /// already, that saves asking for each of them.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<RemoteFile> ExpandAsync(
        PeerTarget peer,
        string path,
        bool recurse,
        bool withHashes,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PeerSession session = await _services.Sessions.OpenAsync(peer, ConnectPatience, cancellationToken);
        await foreach (RemoteFile file in PathExpansion.ExpandAsync(session, path, recurse, withHashes, cancellationToken))
        {
            yield return file;
        }
    }

    /// <summary>How many leading segments of the files of a path are not kept below the destination.</summary>
    public static int LeadingSegments(string path, bool recurse) => PathExpansion.LeadingSegments(path, recurse);

    /// <summary>Whether a peer's path has wildcards.</summary>
    public static bool HasWildcard(string path) => PathExpansion.HasWildcard(path);

    /// <summary>A pattern that means exactly this path.</summary>
    public static string EscapeWildcards(string path) => Catalog.Wildcard.Escape(path);

    /// <summary>Begins to fetch files; add them to the job.</summary>
    public TransferJob<RemoteFile> BeginFetch(FetchOptions options) => BeginFetchJob(options);

    private FetchJob BeginFetchJob(FetchOptions options)
    {
        SwarmFinder finder = new(_services.Sessions, KnownPeers, _services.Catalogs.HoldersOf, _services.Counters, _services.Log);
        return new FetchJob(
            options,
            _services.Contents,
            _services.Log,
            _services.Transfers,
            (file, context) => new PeerFetch(
                stop => OpenHolderAsync(file, stop), context, _services.Counters) { Finder = finder },
            new OtherSources(finder));
    }

    /// <summary>The files below a local folder, or the one file; links and special files are passed over.</summary>
    /// <param name="fullPath">A full local path.</param>
    /// <param name="recurse">Whether to go into the folder's folders.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/>, <see cref="PeerError.PathNotReadable"/>.</exception>
    public static IEnumerable<LocalFile> ExpandLocal(string fullPath, bool recurse) =>
        LocalFile.Below(fullPath, recurse);

    /// <summary>Begins to send files; add them to the job.</summary>
    public TransferJob<LocalFile> BeginPush(PushOptions options) =>
        BeginPushJob(options);

    private PushJob BeginPushJob(PushOptions options) => new(
        options,
        _services.Contents,
        _services.Log,
        _services.Transfers,
        _services.Sessions.OpenAsync,
        _services.LimitsOf,
        _services.Counters);

    private IEnumerable<PeerTarget> KnownPeers() => GetPeers().Select(p => new PeerTarget(p.Name, p.NodeId, p.Addresses));

    /// <summary>How many files there are in what peers have announced.</summary>
    internal long CountAnnounced() => _services.Catalogs.List().Sum(catalog => catalog.Entries);

    private PeerTarget HolderOf(RemoteFile file)
    {
        if (file.NodeId == _services.Identity.Id && _control.FindReachable() is { } running)
        {
            return new PeerTarget(file.Peer, file.NodeId, [running.Endpoint]);
        }

        return _services.Peers.Find(file.NodeId) is { } known
            ? new PeerTarget(known.Name, known.NodeId, known.Addresses)
            : throw new PeerShareException(PeerError.PeerNotFound, file.Peer);
    }
}
