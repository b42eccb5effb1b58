using System.Threading.Channels;
using Google.Protobuf;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Asks all peers at once and passes on what comes, as it comes. A peer that fails or stays silent costs one failure
/// and delays nobody.
/// </summary>
internal sealed class FileSearch(SessionPool sessions, StoredSearch? stored = null)
{
    // Enough to keep peers busy while the reader works, little enough to hold in memory. A batch is a frame.
    private const int BufferedBatches = 8;

    private const int StoredBatch = 256;

    /// <summary>Runs the search; disposing the enumeration ends it at every peer.</summary>
    public async IAsyncEnumerable<SearchResult> FindAsync(
        FindOptions options,
        IReadOnlyList<PeerTarget> peers,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource search = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<SearchResult[]> results = Channel.CreateBounded<SearchResult[]>(BufferedBatches);
        SearchRequest request = new() { Filter = FilterOf(options) };
        Task asking = AskAllAsync(options, peers, request, results.Writer, search.Token);
        try
        {
            await foreach (SearchResult[] batch in results.Reader.ReadAllAsync(cancellationToken))
            {
                foreach (SearchResult result in batch)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return result;
                }
            }

            await asking;
        }
        finally
        {
            await search.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAllAsync(
        FindOptions options,
        IReadOnlyList<PeerTarget> peers,
        SearchRequest request,
        ChannelWriter<SearchResult[]> results,
        CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            (PeerTarget[] first, PeerTarget[] others) = Order(options, peers);
            Task<long[]> asking = Task.WhenAll(first.Select(peer => AskAsync(options, peer, request, results, cancellationToken)));
            if (others.Length > 0)
            {
                await Task.WhenAny(asking, Task.Delay(options.HintPatience, cancellationToken));
            }

            bool isFound = asking.IsCompletedSuccessfully && (await asking).Sum() > 0;
            Task asked = isFound || cancellationToken.IsCancellationRequested
                ? Task.CompletedTask
                : Task.WhenAll(others.Select(peer => AskAsync(options, peer, request, results, cancellationToken)));
            await Task.WhenAll(asking, asked);
        }
        catch (Exception e)
        {
            failure = e;
        }

        results.Complete(failure);
    }

    // What a peer has announced says whom to ask first, where one answer is enough; never what the answer is.
    private (PeerTarget[] First, PeerTarget[] Others) Order(FindOptions options, IReadOnlyList<PeerTarget> peers)
    {
        if (options is not { IsOneEnough: true, Hash: { } hash } || stored?.HoldersOf(hash) is not { Count: > 0 } holders)
        {
            return ([.. peers], []);
        }

        ILookup<bool, PeerTarget> ordered = peers.ToLookup(peer => peer.NodeId is { } id && holders.Contains(id));
        return ordered[true].Any() ? ([.. ordered[true]], [.. ordered[false]]) : ([.. peers], []);
    }

    private async Task<long> AskAsync(
        FindOptions options,
        PeerTarget peer,
        SearchRequest request,
        ChannelWriter<SearchResult[]> results,
        CancellationToken cancellationToken)
    {
        long count = 0;
        try
        {
            options.OnStep?.Invoke($"Asking {peer.Text}.");
            for (bool isFirst = true; ; isFirst = false)
            {
                PeerSession session = await sessions.OpenAsync(peer, options.Timeout, cancellationToken);
                try
                {
                    await foreach (IReadOnlyList<Listed> found in session.SearchAsync(request, options.Timeout, cancellationToken))
                    {
                        count += found.Count;
                        await results.WriteAsync([.. found.Select(file => new SearchResult(file.ToRemoteFile(session), null))], cancellationToken);
                    }

                    break;
                }
                catch (PeerShareException e) when (isFirst && count == 0 && !session.IsOpen && e.Error is PeerError.PeerShuttingDown or PeerError.ConnectionLost)
                {
                    // Either side ends a session that nobody has used for a while, perhaps just now. The peer may well be there.
                    options.OnStep?.Invoke($"The session with {peer.Text} has ended; asking again.");
                }
            }

            options.OnStep?.Invoke($"{peer.Text} has {count} matching files.");
        }
        catch (PeerShareException e) when (e.Error == PeerError.PeerHasNoAddress && options.Peers.Count == 0)
        {
            // Nobody named it: a peer that only ever dials in is not missing when it is not here.
            options.OnStep?.Invoke($"{peer.Text} is not connected and has no address.");
            await AnswerForAsync(options, peer, results, cancellationToken);
        }
        catch (PeerShareException e)
        {
            PeerShareException told = new(e.Error, peer.Text, e.Detail, e);
            await results.WriteAsync([new SearchResult(null, told)], cancellationToken);
            if (count == 0 && IsAway(e.Error))
            {
                await AnswerForAsync(options, peer, results, cancellationToken);
            }
        }

        return count;
    }

    // Whoever is there and refuses is not answered for.
    private static bool IsAway(PeerError error) => error is
        PeerError.PeerUnreachable or PeerError.ConnectTimeout or PeerError.ConnectionLost or PeerError.PeerHasNoAddress
            or PeerError.HostNotFound or PeerError.PeerIdentityChanged or PeerError.PeerShuttingDown or PeerError.PeerBusy or PeerError.NotPeerShare;

    private async Task AnswerForAsync(
        FindOptions options, PeerTarget peer, ChannelWriter<SearchResult[]> results, CancellationToken cancellationToken)
    {
        if (stored is null || options.Stored == StoredAnswers.Never)
        {
            return;
        }

        long count = 0;
        foreach (RemoteFile[] files in stored.Find(options, peer).Chunk(StoredBatch))
        {
            count += files.Length;
            await results.WriteAsync([.. files.Select(file => new SearchResult(file, null))], cancellationToken);
        }

        options.OnStep?.Invoke($"{peer.Text} is off line; of what it has announced, {count} files match.");
    }

    internal static EntryFilter FilterOf(FindOptions options)
    {
        EntryFilter filter = new() { WantHash = options.WithHashes };
        filter.Names.AddRange(options.Names);
        filter.Paths.AddRange(options.Paths);
        if (options.MinimumLength is { } minimum)
        {
            filter.MinimumLength = minimum;
        }

        if (options.MaximumLength is { } maximum)
        {
            filter.MaximumLength = maximum;
        }

        if (options.ModifiedAfter is { } after)
        {
            filter.ModifiedAfterUnixNs = UnixTime.FromDateTimeOffset(after);
        }

        if (options.ModifiedBefore is { } before)
        {
            filter.ModifiedBeforeUnixNs = UnixTime.FromDateTimeOffset(before);
        }

        if (options.Hash is { } hash)
        {
            filter.Hash = ByteString.CopyFrom(hash.ToArray());
        }

        return filter;
    }
}
