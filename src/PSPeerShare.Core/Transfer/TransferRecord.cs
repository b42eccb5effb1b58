using System.Collections.Concurrent;
using System.Diagnostics;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Transfer;

/// <summary>What a job knows of one file while it moves.</summary>
/// <remarks>One task changes it at a time; the byte counts may be read by any thread.</remarks>
internal sealed class TransferRecord(
    TransferDirection direction, string name, string sharePath, string peer, NodeId nodeId, long length, string? id = null)
{
    private readonly Lock _gate = new();
    private Action? _onWish;
    private TaskCompletionSource? _resumed;

    // Since when it runs, and for how long it did before; no time while it rests.
    private long? _since = Stopwatch.GetTimestamp();
    private TimeSpan _ran;
    private DateTimeOffset _startTime = DateTimeOffset.UtcNow;
    // Most files have one source: ten thousand of them need no such table each.
    private ConcurrentDictionary<NodeId, TransferSource>? _sources;
    private long _bytes;
    private bool _hasBegun;
    private int _hasEnded;

    public string Id { get; } = id ?? Guid.CreateVersion7().ToString("N");

    /// <summary>How to begin it again in another process.</summary>
    public Func<TransferRecipe>? Recipe { get; init; }

    /// <summary>Whether it runs or is suspended.</summary>
    public TransferStatus State { get; private set; } = TransferStatus.Running;

    /// <summary>What the user wants of it.</summary>
    public TransferWish Wish { get; private set; }

    public string LocalPath { get; set; } = "";

    public string SharePath { get; set; } = sharePath;

    public long Length { get; set; } = length;

    /// <summary>Bytes that did not have to cross the network.</summary>
    public long Reused { get; set; }

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>True once: whoever ends it first says how.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref _hasEnded, 1) == 0;

    /// <summary>Whether it stands in the list of transfers while it runs.</summary>
    public bool IsListed { get; set; }

    /// <summary>Its turn has come: time spent in the queue is not the transfer's.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            State = TransferStatus.Running;
            if (!_hasBegun)
            {
                _since = Stopwatch.GetTimestamp();
                _startTime = DateTimeOffset.UtcNow;
            }

            _since ??= Stopwatch.GetTimestamp();
            _hasBegun = true;
        }
    }

    /// <summary>Bytes that the peer gave. Any thread.</summary>
    public void AddBytes(long count)
    {
        if (_sources is null)
        {
            Interlocked.Add(ref _bytes, count);
        }
        else
        {
            Credit(peer, nodeId, count);
        }
    }

    /// <summary>Bytes that one of several sources gave. Any thread.</summary>
    public void Credit(string source, NodeId sourceId, long count)
    {
        ConcurrentDictionary<NodeId, TransferSource> sources = LazyInitializer.EnsureInitialized(ref _sources, GivenSoFar);
        Interlocked.Add(ref _bytes, count);
        sources.AddOrUpdate(sourceId, new TransferSource(source, sourceId, count), (_, given) => given with { Bytes = given.Bytes + count });
    }

    /// <summary>It begins anew; what has come is not used.</summary>
    public void ResetBytes()
    {
        _sources = null;
        Interlocked.Exchange(ref _bytes, 0);
    }

    /// <summary>Says what to do when the user wants it to end or pause; at once when that is so already.</summary>
    public void OnWish(Action act)
    {
        lock (_gate)
        {
            _onWish = act;
            if (Wish == TransferWish.None)
            {
                return;
            }
        }

        act();
    }

    /// <summary>The user wants something of it.</summary>
    public void Ask(TransferWish wish)
    {
        Action? act;
        lock (_gate)
        {
            Wish = wish;
            act = _onWish;
            if (wish != TransferWish.Suspend)
            {
                _resumed?.TrySetResult();
            }
        }

        act?.Invoke();
    }

    /// <summary>It rests; ends when the user wants it to go on or to stop.</summary>
    public Task ParkAsync()
    {
        lock (_gate)
        {
            _onWish = null;
            _resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Wish != TransferWish.Suspend)
            {
                _resumed.SetResult();
            }

            State = TransferStatus.Suspended;
            _ran = Ran();
            _since = null;
            return _resumed.Task;
        }
    }

    /// <summary>The record as it stands.</summary>
    public TransferInfo Now() => End(State, null, null) with { CanResume = State == TransferStatus.Suspended };

    public ActiveTransfer Sample() => new(Id, name, peer, Length, Bytes + Reused);

    /// <summary>The record as it stands, with its outcome.</summary>
    public TransferInfo End(TransferStatus status, ContentHash? hash, PeerShareException? error) => new(
        Id,
        direction,
        name,
        LocalPath,
        SharePath,
        peer,
        nodeId,
        Length,
        Bytes,
        BytesReused: status == TransferStatus.Unchanged ? Length : Reused,
        hash,
        status,
        _startTime,
        Duration,
        _sources is { IsEmpty: false } several ? [.. several.Values.OrderByDescending(s => s.Bytes)]
            : Bytes > 0 && direction == TransferDirection.Receive ? [new TransferSource(peer, nodeId, Bytes)] : [],
        error);

    // Time in which it rests is not the transfer's.
    private TimeSpan Duration
    {
        get
        {
            lock (_gate)
            {
                return Ran();
            }
        }
    }

    private ConcurrentDictionary<NodeId, TransferSource> GivenSoFar()
    {
        ConcurrentDictionary<NodeId, TransferSource> given = [];
        if (Bytes > 0)
        {
            given[nodeId] = new TransferSource(peer, nodeId, Bytes);
        }

        return given;
    }

    private TimeSpan Ran() => _ran + (_since is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero);
}
