using System.Threading.Channels;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Sends many files to one or several peers. Each peer has one worker with one stream; the files are the same, the
/// outcome of each pair of file and peer is its own.
/// </summary>
internal sealed class PushJob : TransferJob<LocalFile>
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly PushOptions _options;
    private readonly TransferBoard _board;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _slots;
    private readonly PeerPush[] _workers;
    private readonly Task _completion;

    /// <param name="options">To whom and how.</param>
    /// <param name="contents">What is known of files' contents.</param>
    /// <param name="log">Where outcomes are noted.</param>
    /// <param name="book">Where transfers are listed.</param>
    /// <param name="connect">Opens a session.</param>
    /// <param name="limitsOf">The limits that the node has for what goes to a peer.</param>
    /// <param name="counters">The node's counters.</param>
    public PushJob(
        PushOptions options,
        IContentIndex contents,
        EventLog log,
        TransferBook book,
        Func<PeerTarget, TimeSpan, CancellationToken, Task<PeerSession>> connect,
        Func<NodeId, IReadOnlyList<RateLimiter>> limitsOf,
        TransferCounters counters)
    {
        _options = options;
        _board = new TransferBoard(log, book, TransferDirection.Send, options.OnStep);
        _slots = new SemaphoreSlim(Math.Max(1, options.ThrottleLimit));
        RateLimiter limit = new(options.RateLimit);
        _workers = [.. options.Peers.Select(peer => new PeerPush(
            peer, stop => connect(peer, options.Timeout, stop), _board, limit, limitsOf, contents, counters, _slots, _stop.Token))];
        _completion = EndAsync();
    }

    public override ChannelReader<TransferInfo> Results => _board.Results;

    public override void Add(LocalFile file, int leadingSegments = 0) => Add(file, null);

    /// <summary>Adds a file whose transfer has an id from before.</summary>
    public void Add(LocalFile file, string? id)
    {
        foreach (PeerPush worker in _workers)
        {
            _board.Known(file.Length);
            string name = _options.Destination.Trim('/') is { Length: > 0 } folder ? $"{folder}/{file.RelativeName}" : file.RelativeName;
            worker.Add(new PushRequestItem(file, name, id));
        }
    }

    public override void Complete()
    {
        foreach (PeerPush worker in _workers)
        {
            worker.CompleteAdding();
        }
    }

    public override TransferSample Sample() => _board.Sample();

    public override async ValueTask DisposeAsync()
    {
        Complete();
        if (!_completion.IsCompleted)
        {
            await _stop.CancelAsync();
            await _completion.WaitAsync(StopPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EndAsync()
    {
        await Task.WhenAll(_workers.Select(w => w.Completion)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _board.Complete();
    }
}
