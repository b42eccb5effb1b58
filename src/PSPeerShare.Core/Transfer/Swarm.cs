using System.Diagnostics;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// One file from many sources: keeps the plan, takes verified groups into the partial file, and has a lane for each
/// source. It ends when the file is whole or nobody is left.
/// </summary>
/// <remarks>
/// What a source sends is verified in its lane before it comes here, so a source can cost time and nothing else. Any
/// thread.
/// </remarks>
internal sealed class Swarm
{
    private static readonly TimeSpan ReviewInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly PartialFile _file;
    private readonly SwarmPlan _plan;
    private readonly EventLog _log;
    private readonly TransferRecord _record;
    private readonly Lock _gate = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<SwarmLane> _lanes = [];
    private readonly List<Task> _running = [];
    private readonly HashSet<long> _taken = [];
    private readonly CancellationTokenSource _over;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerShareException? _ownFailure;
    private PeerShareException? _lastFailure;

    public Swarm(PartialFile file, Outboard outboard, PeerFetchContext context, TransferRecord record, EventLog log)
    {
        _file = file;
        _log = log;
        _record = record;
        Context = context;
        Outboard = outboard;
        Lots = new SwarmLots(outboard.Layout);
        _plan = new SwarmPlan(Lots.Count, Lots.LotBytes, context.Options.MaxSources, lot => Lots.GroupsOf(lot).All(file.Has));
        _over = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
    }

    public PeerFetchContext Context { get; }

    /// <summary>Proves every group.</summary>
    public Outboard Outboard { get; }

    public SwarmLots Lots { get; }

    /// <summary>Nothing more is needed, or nothing more can come.</summary>
    public CancellationToken Over => _over.Token;

    private Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    private TimeSpan Now => Stopwatch.GetElapsedTime(_start);

    /// <summary>Takes a source on; it is asked when there is a place for it.</summary>
    public void Join(SourceOffer offer, TransferCounters counters)
    {
        lock (_gate)
        {
            if (_over.IsCancellationRequested || _lanes.Exists(lane => lane.Offer.NodeId == offer.NodeId))
            {
                return;
            }

            SwarmLane lane = new(this, _plan.Add(Now), offer, counters);
            _lanes.Add(lane);
            _running.Add(Task.Run(lane.RunAsync));
        }
    }

    /// <summary>Runs until the file is whole.</summary>
    /// <param name="joining">Ends when no further source will join.</param>
    /// <exception cref="PeerShareException">Why it cannot be whole: the destination's failure, or the last source's.</exception>
    public async Task RunAsync(Task joining)
    {
        try
        {
            // Taken before looking, so that no change between the two is missed.
            for (Task changed = Changed; !IsOver(joining.IsCompleted); changed = Changed)
            {
                await WaitAsync(changed, ReviewInterval, _over.Token);
                Review();
            }
        }
        finally
        {
            await _over.CancelAsync();
            Task[] running;
            lock (_gate)
            {
                running = [.. _running];
            }

            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _over.Dispose();
        }

        Context.Stop.ThrowIfCancellationRequested();
        if (_ownFailure is { } own)
        {
            throw own;
        }

        if (!_plan.IsComplete)
        {
            throw _lastFailure ?? new PeerShareException(PeerError.TransferStalled, detail: "every source was dropped");
        }
    }

    /// <summary>The next lot for a source and the groups of it that are missing, or null when there is none now.</summary>
    public (int Lot, long[] Groups)? Next(int source)
    {
        lock (_gate)
        {
            return _plan.Next(source, Now) is { } lot ? (lot, [.. Lots.GroupsOf(lot).Where(group => !_file.Has(group))]) : null;
        }
    }

    /// <summary>Waits until there may be something to do; not for long.</summary>
    public Task IdleAsync(CancellationToken cancellationToken) => WaitAsync(Changed, Look, cancellationToken);

    /// <summary>Whether the source is to be asked now; if not, its stream may end.</summary>
    public bool IsActive(int source)
    {
        lock (_gate)
        {
            return _plan.IsActive(source);
        }
    }

    public void Brought(int source, int bytes)
    {
        lock (_gate)
        {
            _plan.Brought(source, bytes, Now);
        }
    }

    /// <summary>Keeps a group that its lane has verified. The first to bring it is credited with it.</summary>
    public void Keep(SourceOffer from, long group, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            // At the end two sources may bring it in the same moment.
            if (_file.Has(group) || !_taken.Add(group))
            {
                return;
            }
        }

        try
        {
            _file.Write(group, bytes, Outboard.HashOf(group));
        }
        catch (PeerShareException e)
        {
            _ownFailure ??= e;
            Pulse();
            throw;
        }

        _record.Credit(from.Peer, from.NodeId, bytes.Length);
    }

    /// <summary>Ends it before its time; what was brought stays.</summary>
    public void GiveUp(PeerShareException why)
    {
        _ownFailure ??= why;
        Pulse();
    }

    /// <summary>A lot ended, whole or not.</summary>
    public void Ended(int source, int lot, bool isWhole)
    {
        lock (_gate)
        {
            if (isWhole)
            {
                _plan.Arrived(source, lot, Now);
            }
            else
            {
                _plan.Missed(source, lot);
            }

            if (isWhole && !_plan.IsComplete)
            {
                return;
            }
        }

        Pulse();
    }

    /// <summary>A group is not the content's. True when the source is dropped for it.</summary>
    public bool Spoilt(SwarmLane lane, int lot, long group)
    {
        lock (_gate)
        {
            if (!_plan.Spoilt(lane.Source, lot, Now))
            {
                _log.GroupRefused(lane.Offer.NodeId, lane.Offer.Name, group);
                return false;
            }
        }

        Tell(lane, new PeerShareException(PeerError.ContentMismatch, lane.Offer.Peer, $"wrong bytes twice, lately in group {group}"));
        return true;
    }

    /// <summary>The source is of no use any more.</summary>
    public void Drop(SwarmLane lane, PeerShareException why)
    {
        lock (_gate)
        {
            if (_plan.IsGone(lane.Source) || _over.IsCancellationRequested)
            {
                return;
            }

            _plan.Drop(lane.Source, Now);
        }

        Tell(lane, why);
    }

    private bool IsOver(bool isClosed)
    {
        lock (_gate)
        {
            return _plan.IsComplete || _ownFailure is not null || _over.IsCancellationRequested || (isClosed && _plan.IsHopeless);
        }
    }

    private void Review()
    {
        SwarmLane[] dead;
        lock (_gate)
        {
            foreach (SwarmLane lane in _lanes.Where(lane => lane.IsHeldHere))
            {
                _plan.Excuse(lane.Source, Now);
            }

            dead = [.. _plan.Review(Now).Select(source => _lanes.Find(lane => lane.Source == source)!)];
        }

        foreach (SwarmLane lane in dead)
        {
            Tell(lane, new PeerShareException(PeerError.TransferStalled, lane.Offer.Peer, $"nothing for {SwarmPlan.Patience.TotalSeconds:0} s"));
            lane.Stop();
        }
    }

    private void Tell(SwarmLane lane, PeerShareException why)
    {
        _lastFailure = why;
        _log.SourceDropped(lane.Offer.NodeId, lane.Offer.Name, why.Error, why.Detail);
        Context.Options.OnStep?.Invoke(Printable.Escape($"{lane.Offer.Peer} is no source of {lane.Offer.Name} any more: {why.Error}."));
        Pulse();
    }

    private void Pulse()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private static async Task WaitAsync(Task changed, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(atMost, done.Token)).ConfigureAwait(false);
        await done.CancelAsync();
    }
}
