using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Dashboard;

/// <summary>One job of the ledger, whatever it transfers.</summary>
internal sealed class LedgerJob(TransferDirection direction, Func<TransferSample> sample, Func<ValueTask> stop, Action complete)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RateMeter> _rates = [];
    private long _failed;
    private volatile Task? _stopping;

    public string Id { get; } = Guid.CreateVersion7().ToString("N");

    public TransferDirection Direction => direction;

    public long Started { get; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public bool IsStopped => _stopping is not null;

    /// <summary>No more files come.</summary>
    public void Complete() => complete();

    public void Count(TransferInfo result)
    {
        if (result.Error is not null)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    public void FailedToAdd() => Interlocked.Increment(ref _failed);

    public JobView View()
    {
        TransferSample now = sample();
        return new JobView(
            Id, direction, now.FilesKnown, now.FilesDone, Interlocked.Read(ref _failed), now.BytesKnown, now.BytesDone, IsStopped);
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
