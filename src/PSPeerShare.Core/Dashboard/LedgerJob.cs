using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Dashboard;

/// <summary>One job of the ledger, whatever it transfers.</summary>
internal sealed class LedgerJob(
    TransferDirection direction, IReadOnlyList<string> receivers, Func<TransferSample> sample, Func<ValueTask> stop, Action complete)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RateMeter> _rates = [];
    private readonly Dictionary<string, ReceiverView> _receivers =
        receivers.Distinct(StringComparer.Ordinal).ToDictionary(r => r, r => new ReceiverView(r, false, 0, 0, 0, null));

    private long _failed;
    private volatile Task? _stopping;

    public string Id { get; } = Guid.CreateVersion7().ToString("N");

    public TransferDirection Direction => direction;

    public long Started { get; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public bool IsStopped => _stopping is not null;

    /// <summary>No more files come.</summary>
    public void Complete() => complete();

    /// <summary>A file ended.</summary>
    public void Count(TransferView result)
    {
        if (result.Fault is not null)
        {
            Interlocked.Increment(ref _failed);
        }

        lock (_gate)
        {
            if (_receivers.TryGetValue(result.Peer, out ReceiverView? receiver))
            {
                _receivers[result.Peer] = result.Fault is null
                    ? receiver with { IsAccepted = true, FilesDone = receiver.FilesDone + 1, Bytes = receiver.Bytes + result.Length }
                    : receiver with { FilesFailed = receiver.FilesFailed + 1, Fault = receiver.Fault ?? result.Fault };
            }
        }
    }

    public void FailedToAdd() => Interlocked.Increment(ref _failed);

    public JobView View()
    {
        TransferSample now = sample();
        return new JobView(
            Id, direction, now.FilesKnown, now.FilesDone, Interlocked.Read(ref _failed), now.BytesKnown, now.BytesDone, IsStopped)
        {
            Started = Started,
            Receivers = Receivers(now.Active),
        };
    }

    public IReadOnlyList<TransferView> Active()
    {
        lock (_gate)
        {
            IReadOnlyList<ActiveTransfer> active = sample().Active;
            foreach (string gone in _rates.Keys.Except(active.Select(a => a.Id)).ToArray())
            {
                _rates.Remove(gone);
            }

            return [.. active.Select(ViewOf)];
        }
    }

    /// <summary>Ends what runs, once.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stopping ??= Task.Run(async () => await stop());
        }
    }

    private IReadOnlyList<ReceiverView> Receivers(IReadOnlyList<ActiveTransfer> active)
    {
        lock (_gate)
        {
            // A file is under way once its receiver has said that it takes it, and stays accepted when it ends.
            foreach (string taking in active.Select(a => a.Peer).Distinct(StringComparer.Ordinal))
            {
                if (_receivers.TryGetValue(taking, out ReceiverView? receiver) && !receiver.IsAccepted)
                {
                    _receivers[taking] = receiver with { IsAccepted = true };
                }
            }

            return [.. receivers.Distinct(StringComparer.Ordinal).Select(name => _receivers[name])
                .Select(r => r with { Bytes = r.Bytes + active.Where(a => a.Peer == r.Peer).Sum(a => a.BytesDone) })];
        }
    }

    private TransferView ViewOf(ActiveTransfer active)
    {
        if (!_rates.TryGetValue(active.Id, out RateMeter? meter))
        {
            _rates[active.Id] = meter = new RateMeter();
        }

        return new TransferView(
            active.Id, Id, direction, active.Name, "", active.Peer, active.Length, active.BytesDone, meter.Next(active.BytesDone),
            TransferStatus.Running, Started, null, [], null);
    }
}
