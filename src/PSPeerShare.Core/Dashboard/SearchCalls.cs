using System.Globalization;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Searches, as lines that come while peers answer. A page that closes the call ends the search.</summary>
internal sealed class SearchCalls(IDashboardNode node, Func<PeerShareException, ApiFault> explain)
{
    // A page that is told of every file at once would do nothing else.
    private const int FlushBytes = 64 * 1024;
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(200);

    public IEnumerable<ApiRoute> Routes => [new("GET", "search", SearchAsync)];

    private async Task SearchAsync(ApiCall call, CancellationToken cancellationToken)
    {
        FindOptions options = OptionsOf(call);
        using CancellationTokenSource search = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<SearchResult> results = node.FindFilesAsync(options, search.Token).GetAsyncEnumerator(search.Token);
        try
        {
            await using ApiStream stream = call.BeginStream("application/x-ndjson");
            stream.Write(new { asked = options.Peers.Count > 0 ? options.Peers.Count : node.GetPeers().Count });
            await stream.FlushAsync();
            await PumpAsync(results, stream, search);
        }
        finally
        {
            await search.CancelAsync();
            await results.DisposeAsync();
        }
    }

    private async Task PumpAsync(IAsyncEnumerator<SearchResult> results, ApiStream stream, CancellationTokenSource search)
    {
        int count = 0;
        Task<bool> step = results.MoveNextAsync().AsTask();
        try
        {
            long flushed = Environment.TickCount64;
            while (await WaitAsync(step, stream, count) && count < DashboardLimits.SearchResults)
            {
                count += results.Current.File is null ? 0 : 1;
                stream.Write(LineOf(results.Current));
                step = results.MoveNextAsync().AsTask();
                if (stream.Pending > FlushBytes || Environment.TickCount64 - flushed > FlushInterval.TotalMilliseconds)
                {
                    await stream.FlushAsync();
                    flushed = Environment.TickCount64;
                }
            }
        }
        finally
        {
            // An enumeration cannot be disposed while it works.
            await search.CancelAsync();
            await ((Task)step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        stream.Write(new { done = true, count, isCut = count == DashboardLimits.SearchResults });
        await stream.FlushAsync();
    }

    // Meanwhile it says that the search still runs, which tells a page that is gone from one that waits.
    private static async Task<bool> WaitAsync(Task<bool> step, ApiStream stream, int count)
    {
        while (!step.IsCompleted && await Task.WhenAny(step, Task.Delay(FlushInterval)) != step)
        {
            stream.Write(new { count });
            await stream.FlushAsync();
        }

        return await step;
    }

    private object LineOf(SearchResult result)
    {
        if (result.File is { } file)
        {
            return new { file = FileView.Of(file) };
        }

        PeerShareException failure = result.Failure!;
        ApiFault fault = explain(failure);
        return new { failure = new { peer = failure.Target, error = fault.Error, message = fault.Message, action = fault.Action } };
    }

    private FindOptions OptionsOf(ApiCall call)
    {
        IReadOnlyList<PeerInfo> peers = call.Query("peers") is { } ids ? [.. ids.Split(',').Select(id => PeerCalls.Find(node, id))] : [];
        return new FindOptions
        {
            Names = call.Query("name") is { } name ? [Pattern(name)] : [],
            Peers = [.. peers.Select(p => new PeerTarget(p.Name, p.NodeId, p.Addresses))],
            Hash = call.Query("hash") is { } hash
                ? ContentHash.TryParse(hash, out ContentHash parsed) ? parsed : throw new PeerShareException(PeerError.HashInvalid, Printable.Escape(hash, 80))
                : null,
            MinimumLength = Number(call, "minimum"),
            MaximumLength = Number(call, "maximum"),
            ModifiedAfter = Time(call, "after"),
            ModifiedBefore = Time(call, "before"),
            Stored = StoredAnswers.WhenOffline,

            // The page shows the same content once, however small it is.
            WithHashes = true,
        };
    }

    // What has no wildcard is a part of a name to whoever types into a search box.
    private static string Pattern(string name) => name.AsSpan().IndexOfAny("*?[") >= 0 ? name : $"*{name}*";

    private static long? Number(ApiCall call, string key) =>
        call.Query(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw ApiFaultException.Invalid($"{key} is a whole number.");

    private static DateTimeOffset? Time(ApiCall call, string key)
    {
        long? milliseconds = Number(call, key);
        return milliseconds is null ? null
            : milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value)
            : throw ApiFaultException.Invalid($"{key} is no time.");
    }
}

/// <summary>A file that a peer offers, as the page shows it and names it when it is fetched.</summary>
/// <remarks>
/// What a peer that is off line has announced is not <c>IsOnline</c> and says of when it is. To fetch it is tried all the
/// same when a call asks for it: its holder may be back.
/// </remarks>
internal sealed record FileView(
    string Name, string SharePath, long Length, long Modified, string? Hash, string Peer, string NodeId, bool IsOnline = true, long? AsOf = null)
{
    public static FileView Of(RemoteFile file) => new(
        file.Name, file.SharePath, file.Length, file.LastWriteTime.ToUnixTimeMilliseconds(), file.Hash?.ToString(), file.Peer, file.NodeId.ToString(),
        file.IsOnline, file.AsOf?.ToUnixTimeMilliseconds());

    /// <summary>The file that is meant. Its path is checked again where it is fetched.</summary>
    public RemoteFile ToFile(IDashboardNode node)
    {
        PeerInfo peer = PeerCalls.Find(node, NodeId);
        string[] segments = SharePath.Split('/');
        DateTimeOffset modified = Modified >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && Modified <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(Modified)
            : throw ApiFaultException.Invalid("A time is out of range.");
        return Length < 0
            ? throw ApiFaultException.Invalid("A length is not negative.")
            : new RemoteFile(
                segments[^1], SharePath, segments[0], Length, modified, ContentHash.TryParse(Hash, out ContentHash hash) ? hash : null, peer.Name, peer.NodeId);
    }
}
